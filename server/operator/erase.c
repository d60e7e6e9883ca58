/* SPDX-License-Identifier: Apache-2.0 */
/* A running portal locks its SQLite file, so the portal does the erasure then (POST /erasures). In all other
 * cases this command opens the store itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json_writer.h"
#include "server/operator/admin_client.h"
#include "server/operator/operator.h"
#include "server/store/erasure.h"
#include "server/store/store_clock.h"

#define SECONDS 60

static int print_count(size_t count)
{
    printf("%zu registration%s erased.\n", count, count == 1 ? "" : "s");
    return 0;
}

static int ask_portal(const struct settings *settings, const struct operation *operation)
{
    TEXT struct text json = TEXT_EMPTY;
    struct json_writer writer = json_writer_into(&json);
    TEXT struct text body = TEXT_EMPTY;
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
        .path = "/erasures",
        .json = text_get(&json),
        .seconds = SECONDS,
    };
    if (!admin_call(&request, &status, &body, &why)) {
        text_puts(&why, "; the database is in use by a portal, and only the portal can erase then");
        return operator_fail(text_get(&why));
    }
    const char *count = strstr(text_get(&body), "\"registrations\":");
    if (status == 200 && count)
        return print_count(strtoul(strchr(count, ':') + 1, NULL, 10));
    text_printf(&why, "POST /erasures on %s was answered with status %u: %s", settings->admin_listen, status,
                text_get(&body));
    return operator_fail(text_get(&why));
}

static int erase_all(struct store *store, const struct operation *operation)
{
    struct erasure erasure = {.email = operation->email, .token = operation->token};

    do {
        erasure.now = store_clock_ms();
        enum store_error error = store_call(store, erasure_run, &erasure, true);
        if (error) {
            TEXT struct text why = TEXT_EMPTY;
            text_printf(&why, "the registrations cannot be erased: %s; run the command again",
                        store_error_name(error));
            return operator_fail(text_get(&why));
        }
        erasure.erased += erasure.step;
    } while (erasure.more);
    return print_count(erasure.erased);
}

int operator_erase(const struct settings *settings, const struct operation *operation)
{
    struct store_options options = settings->store;
    struct store *store = NULL;
    TEXT struct text why = TEXT_EMPTY;
    const char *path = strncmp(options.url, "sqlite:", 7) == 0 ? options.url + 7 : NULL;

    if (operation->token && !erasure_token_is_sound(operation->token))
        return operator_fail(
            "--token: this is not a whole token; it has 32 digits and letters from a to f, and is the "
            "end of the status page's address");
    if (path && access(path, F_OK)) { /* store_open() would create the file */
        text_printf(&why, "%s: %s", path, strerror(errno));
        return operator_fail(text_get(&why));
    }
    options.alone = true;
    enum store_error error = store_open(&options, &store, &why);
    if (error == STORE_IN_USE)
        return ask_portal(settings, operation);
    if (error)
        return operator_fail(text_get(&why));
    int status = erase_all(store, operation);
    store_close(store);
    return status;
}
