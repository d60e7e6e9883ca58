/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/person.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/json_writer.h"
#include "server/operator/admin_client.h"
#include "server/store/erasure.h"

#define SECONDS 60

int person_ask_portal(const struct settings *settings, const struct operation *operation, const char *path,
                      struct text *out)
{
    TEXT struct text json = TEXT_EMPTY;
    struct json_writer writer = json_writer_into(&json);
    TEXT struct text why = TEXT_EMPTY;
    unsigned status = 0;

    json_begin_object(&writer, NULL);
    json_write_text(&writer, operation->email ? "email" : "token",
                    operation->email ? operation->email : operation->token);
    json_end_object(&writer);
    json_writer_finish(&writer);
    const struct admin_request request = {
        .address = settings->admin_listen,
        .method = "POST",
        .path = path,
        .json = text_get(&json),
        .seconds = SECONDS,
    };
    if (!admin_call(&request, &status, out, &why)) {
        text_puts(&why, "; the database is in use by a portal, and only the portal can do this then");
        return operator_fail(text_get(&why));
    }
    if (status == 200)
        return 0;
    admin_refusal(&request, status, out, &why);
    return operator_fail(text_get(&why));
}

enum store_error person_open(const struct operation *operation, struct store_options *options,
                             struct store **out)
{
    TEXT struct text why = TEXT_EMPTY;
    const char *path = strncmp(options->url, "sqlite:", 7) == 0 ? options->url + 7 : NULL;

    if (operation->token && !erasure_token_is_sound(operation->token)) {
        operator_fail(
            "--token: this is not a whole token; it has 32 digits and letters from a to f, and is the "
            "end of the status page's address");
        return STORE_UNAVAILABLE;
    }
    if (path && access(path, F_OK)) { /* store_open() would create the file */
        text_printf(&why, "%s: %s", path, strerror(errno));
        operator_fail(text_get(&why));
        return STORE_UNAVAILABLE;
    }
    options->alone = true;
    enum store_error error = store_open(options, out, &why);
    if (error && error != STORE_IN_USE)
        operator_fail(text_get(&why));
    return error;
}
