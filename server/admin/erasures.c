/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/erasures.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "server/admin/person.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/store/erasure.h"
#include "server/store/store_clock.h"

struct arguments {
    struct http_exchange *exchange;
    struct store *store;
    struct store_job job;
    struct erasure erasure;
    struct person person;
    enum store_error error;
};

static bool read_erasure(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;

    if (!person_read(exchange, &own->person))
        return false;
    own->erasure.email = own->person.email;
    own->erasure.token = own->person.token;
    return true;
}

/* Each step is a transaction of its own, so that other requests are served in between. */
static void on_step_done(void *argument, enum store_error result)
{
    struct arguments *own = argument;

    if (!result)
        own->erasure.erased += own->erasure.step;
    if (!result && own->erasure.more) {
        result = store_submit(own->store, &own->job);
        if (!result) /* the next step has the arguments now */
            return;
    }
    own->error = result;
    http_resume(own->exchange);
}

static enum store_error run_step(struct store_tx *tx, void *argument)
{
    return erasure_run(tx, &((struct arguments *)argument)->erasure);
}

static void begin(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;

    own->exchange = exchange;
    own->store = portal_of(exchange)->store;
    own->erasure.now = store_clock_ms();
    own->job = (struct store_job){.run = run_step, .done = on_step_done, .argument = own, .writes = true};
    enum store_error error = store_submit(own->store, &own->job);
    if (!error)
        return;
    own->error = error;
    http_resume(exchange);
}

static void reply(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct arguments *own = arguments;
    TEXT struct text body = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&body);

    (void)result;
    if (own->error) {
        problem_answer(exchange, problem_status(own->error));
        return;
    }
    log_event(LOG_INFO, "registrations.erased", "count", LOG_NUMBER(own->erasure.erased), NULL);
    json_begin_object(&json, NULL);
    json_write_unsigned(&json, "registrations", own->erasure.erased);
    json_end_object(&json);
    json_writer_finish(&json);
    text_puts(&body, "\n");
    http_answer(exchange, 200, "application/json", &body);
}

static void free_arguments(void *arguments)
{
    person_fini(&((struct arguments *)arguments)->person);
}

const struct http_handler erasure_create = {.arguments_size = sizeof(struct arguments),
                                            .read = read_erasure,
                                            .begin = begin,
                                            .reply = reply,
                                            .fini = free_arguments};
