/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/library_answer.h"

#include <dlfcn.h>
#include <microhttpd.h>
#include <stddef.h>

static __typeof__(MHD_queue_response) *queue;
static library_answer *own_answer;

bool library_answer_prepare(library_answer *answer)
{
    if (queue) /* another server is running already, and its threads read both */
        return own_answer == answer;
    own_answer = answer;
    *(void **)&queue = dlsym(RTLD_NEXT, "MHD_queue_response");
    return queue != NULL;
}

bool library_answer_queue(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
    return queue(connection, status, response) == MHD_YES;
}

/* Called by the library only. The caller frees its response. */
enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                                   struct MHD_Response *response)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    (void)response;
    return own_answer(info->socket_context, status) ? MHD_YES : MHD_NO;
}
