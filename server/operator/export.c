/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/operator.h"
#include "server/operator/person.h"
#include "server/store/personal_data.h"

static int print_and_check(const struct text *out)
{
    return fwrite(text_get(out), 1, out->length, stdout) == out->length && fputc('\n', stdout) != EOF &&
                   fflush(stdout) == 0
               ? 0
               : operator_fail("the export cannot be written to standard output");
}

static int read_store(struct store *store, const struct operation *operation)
{
    TEXT struct text out = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    struct personal_export export = {.email = operation->email, .token = operation->token, .out = &out};
    enum store_error error = store_call(store, personal_data_export, &export, false);

    if (!error)
        return print_and_check(&out);
    text_printf(&why, "the registrations cannot be read: %s", store_error_name(error));
    return operator_fail(text_get(&why));
}

static int ask_portal(const struct settings *settings, const struct operation *operation)
{
    TEXT struct text out = TEXT_EMPTY;
    int status = person_ask_portal(settings, operation, "/exports", &out);

    while (out.length && text_get(&out)[out.length - 1] == '\n')
        out.length--;
    return status ? status : print_and_check(&out);
}

int operator_export(const struct settings *settings, const struct operation *operation)
{
    struct store_options options = settings->store;
    struct store *store = NULL;
    enum store_error error = person_open(operation, &options, &store);

    if (error)
        return error == STORE_IN_USE ? ask_portal(settings, operation) : EXIT_CANNOT;
    int status = read_store(store, operation);
    store_close(store);
    return status;
}
