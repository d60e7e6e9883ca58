/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/devices.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/portal/task.h"
#include "server/store/decision.h"
#include "server/store/owners_json.h"
#include "server/store/store_clock.h"

struct arguments {
    char thing_name[IDENTIFIER_SIZE];
    cJSON *body;
    struct decision decision;
    struct owners_record record;
};

static bool is_from_here(struct http_exchange *exchange)
{
    if (http_request_is_from_this_machine(exchange))
        return true;
    problem_answer_detail(exchange, 403,
                          "Requests about a device are only accepted from the portal's own machine, and not "
                          "through a proxy. Send the request from there.");
    return false;
}

static bool read_disputes(struct http_exchange *exchange, void *disputes)
{
    (void)disputes;
    return is_from_here(exchange);
}

static enum store_error run_disputes(struct store_tx *tx, void *disputes)
{
    return owners_disputes(tx, disputes);
}

static void reply_disputes(struct http_exchange *exchange, void *disputes, unsigned result)
{
    TEXT struct text body = TEXT_EMPTY;

    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    owners_disputes_json(disputes, &body);
    http_answer(exchange, 200, "application/json", &body);
}

static bool read_thing(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;
    size_t length;
    const char *thing_name = http_request_parameter(exchange, "thing", &length);

    if (!is_from_here(exchange))
        return false;
    if (length >= sizeof own->thing_name || strlen(thing_name) != length) {
        problem_answer(exchange, 404);
        return false;
    }
    memcpy(own->thing_name, thing_name, length + 1);
    own->decision = (struct decision){.thing_name = own->thing_name, .now = store_clock_ms()};
    return true;
}

static enum store_error run_show(struct store_tx *tx, void *arguments)
{
    struct arguments *own = arguments;

    return owners_read(tx, own->thing_name, own->decision.now, &own->record);
}

static const char *member(const cJSON *body, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, name));
}

static bool read_decision(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;
    size_t length;
    const char *bytes = http_request_body(exchange, &length);

    if (!read_thing(exchange, arguments))
        return false;
    own->body = json_object_parse(bytes, length);
    own->decision.action = member(own->body, "action");
    own->decision.token = member(own->body, "registration");
    own->decision.reason = member(own->body, "reason");
    const char *wrong = decision_problem(&own->decision);
    if (wrong)
        problem_answer_detail(exchange, 400, wrong);
    return !wrong;
}

/* What it is now, in the same transaction. */
static enum store_error run_decision(struct store_tx *tx, void *arguments)
{
    struct arguments *own = arguments;
    enum store_error error = decision_run(tx, &own->decision);

    if (!error && own->decision.token)
        error = owners_thing_of(tx, own->decision.token, own->thing_name);
    return error ? error : run_show(tx, own);
}

static void reply_show(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct arguments *own = arguments;
    TEXT struct text body = TEXT_EMPTY;

    if (result) {
        problem_answer_detail(
            exchange, problem_status(result),
            result == STORE_NOT_FOUND ? "There is no such device, or no such registration of it." : NULL);
        return;
    }
    owners_json(&own->record, &body);
    http_answer(exchange, 200, "application/json", &body);
}

static void reply_decision(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct arguments *own = arguments;

    if (!result && own->decision.answer != OWNERSHIP_DONE) {
        problem_answer_detail(exchange, 409, decision_refusal(&own->decision));
        return;
    }
    if (!result)
        log_event(LOG_INFO, "owner.decided", "action", own->decision.action, "thing",
                  LOG_THING(own->thing_name), NULL);
    reply_show(exchange, arguments, result);
}

static void free_arguments(void *arguments)
{
    cJSON_Delete(((struct arguments *)arguments)->body);
}

static const struct http_task disputes = {.run = run_disputes}, show = {.run = run_show},
                              decide = {.run = run_decision, .writes = true};

const struct http_handler device_disputes = {.arguments_size = sizeof(struct owners_disputes),
                                             .read = read_disputes,
                                             .task = &disputes,
                                             .reply = reply_disputes};

const struct http_handler device_show = {
    .arguments_size = sizeof(struct arguments), .read = read_thing, .task = &show, .reply = reply_show};
const struct http_handler device_decide = {.arguments_size = sizeof(struct arguments),
                                           .read = read_decision,
                                           .task = &decide,
                                           .reply = reply_decision,
                                           .fini = free_arguments};
