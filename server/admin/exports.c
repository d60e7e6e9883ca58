/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/exports.h"

#include "base/log.h"
#include "server/admin/person.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/portal/task.h"
#include "server/store/personal_data.h"

struct arguments {
    struct person person;
    struct personal_export export;
    struct text out;
};

static bool read_export(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;

    if (!person_read(exchange, &own->person))
        return false;
    own->export =
        (struct personal_export){.email = own->person.email, .token = own->person.token, .out = &own->out};
    return true;
}

static enum store_error run_export(struct store_tx *tx, void *arguments)
{
    return personal_data_export(tx, &((struct arguments *)arguments)->export);
}

static void reply(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct arguments *own = arguments;

    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    log_event(LOG_INFO, "registrations.exported", "count", LOG_NUMBER(own->export.registrations), NULL);
    text_puts(&own->out, "\n");
    http_answer(exchange, 200, "application/json", &own->out);
}

static void free_arguments(void *arguments)
{
    struct arguments *own = arguments;

    person_fini(&own->person);
    text_fini(&own->out);
}

static const struct http_task export_person = {.run = run_export};

const struct http_handler export_create = {.arguments_size = sizeof(struct arguments),
                                           .read = read_export,
                                           .task = &export_person,
                                           .reply = reply,
                                           .fini = free_arguments};
