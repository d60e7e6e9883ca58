/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/erasures.h"

#include <string.h>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "base/utf8.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/store/erasure.h"
#include "server/store/store_clock.h"

struct arguments {
    struct http_exchange *exchange;
    struct store *store;
    struct store_job job;
    struct erasure erasure;
    cJSON *body;
    enum store_error error;
};

/* Accepts exactly one member, email or token. */
static bool parse_body(struct arguments *own)
{
    const cJSON *only = own->body ? own->body->child : NULL;

    if (!only || only->next || !cJSON_IsString(only) || !*only->valuestring ||
        !utf8_is_valid(only->valuestring, strlen(only->valuestring)))
        return false;
    if (strcmp(only->string, "email") == 0)
        own->erasure.email = only->valuestring;
    else if (strcmp(only->string, "token") == 0 && erasure_token_is_sound(only->valuestring))
        own->erasure.token = only->valuestring;
    return own->erasure.email || own->erasure.token;
}

static bool read_erasure(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;
    size_t length;
    const char *bytes = http_request_body(exchange, &length);

    if (!http_request_is_from_this_machine(exchange)) {
        problem_answer_detail(
            exchange, 403,
            "Erasures are only accepted from the portal's own machine, and not through a proxy. "
            "Send the request from there.");
        return false;
    }
    own->body = json_object_parse(bytes, length);
    if (!parse_body(own)) {
        problem_answer_detail(
            exchange, 400,
            "The body must be a JSON object with one member: email, a string, or token, a whole token.");
        return false;
    }
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
    cJSON_Delete(((struct arguments *)arguments)->body);
}

const struct http_handler erasure_create = {.arguments_size = sizeof(struct arguments),
                                            .read = read_erasure,
                                            .begin = begin,
                                            .reply = reply,
                                            .fini = free_arguments};
