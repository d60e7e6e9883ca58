/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces of an answer on their way from a producer to the client. For the files of this folder only, on
 * the exchange's HTTP thread. */
#ifndef SERVER_HTTP_STREAM_H
#define SERVER_HTTP_STREAM_H

#include <stddef.h>
#include <sys/types.h>

#include "server/http/http.h"

#define STREAM_WAITS 0
#define STREAM_ENDS (-1)
#define STREAM_BREAKS (-2)

/* Copies so many bytes of the answer at most and returns how many, or one of the above. STREAM_WAITS: the
 * exchange is suspended, ask again when it goes on. */
ssize_t stream_take(struct http_exchange *exchange, char *bytes, size_t most);

#endif
