/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "server/operator/operator.h"
#include "server/operator/person.h"
#include "server/store/erasure.h"
#include "server/store/store_clock.h"

static int print_count(size_t count)
{
    printf("%zu registration%s erased.\n", count, count == 1 ? "" : "s");
    return 0;
}

static int ask_portal(const struct settings *settings, const struct operation *operation)
{
    TEXT struct text body = TEXT_EMPTY;
    int status = person_ask_portal(settings, operation, "/erasures", &body);

    if (status)
        return status;
    const char *count = strstr(text_get(&body), "\"registrations\":");
    return count ? print_count(strtoul(strchr(count, ':') + 1, NULL, 10))
                 : operator_fail("the portal's answer to POST /erasures has no number of registrations");
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
    enum store_error error = person_open(operation, &options, &store);

    if (error)
        return error == STORE_IN_USE ? ask_portal(settings, operation) : EXIT_CANNOT;
    int status = erase_all(store, operation);
    store_close(store);
    return status;
}
