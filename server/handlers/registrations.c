/* SPDX-License-Identifier: Apache-2.0 */
#include "server/handlers/registrations.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "server/handlers/intake.h"
#include "server/handlers/portal.h"
#include "server/handlers/problem.h"
#include "server/handlers/registration_json.h"
#include "server/handlers/task.h"
#include "server/store/registrations.h"

#define HTML "text/html; charset=utf-8"
#define JSON_TYPE "application/json"
#define KEY_MAX 255

struct arguments {
    const struct claim_settings *settings;
    struct registration_request request;
    struct registration registration;
    struct registration_body body;
    char digest[DIGEST_SIZE];
};

/* ---- reading ---- */

static bool is_token(const char *text, size_t length)
{
    return length == REGISTRATION_TOKEN_LENGTH && strspn(text, "0123456789abcdef") == length;
}

/* Whatever is no token has no registration: no need to ask the store. */
static bool read_token(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;
    size_t length;
    const char *token = http_request_parameter(exchange, "token", &length);

    own->settings = portal_of(exchange)->settings;
    if (!is_token(token, length)) {
        problem_answer(exchange, 404);
        return false;
    }
    intake_begin(own->settings, &own->request);
    memcpy(own->request.token, token, length + 1);
    return true;
}

static bool read_token_limited(struct http_exchange *exchange, void *arguments)
{
    return problem_within_limit(exchange) && read_token(exchange, arguments);
}

static bool key_is_sound(const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < length; i++)
        if (key[i] <= 0x20 || key[i] > 0x7e)
            return false;
    return length > 0 && length <= KEY_MAX;
}

/* The same key with other contents is a mistake of the caller's; this tells one request from another. */
static void digest_request(struct arguments *own)
{
    const char *const parts[] = {own->request.targets[0].thing_name, own->request.endpoint, own->body.name,
                                 own->body.email};
    TEXT struct text all = TEXT_EMPTY;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        text_puts(&all, parts[i] ? parts[i] : "");
        text_add(&all, "", 1);
    }
    digest_sha256(all.data, all.length, own->digest);
    own->request.request_digest = own->digest;
}

static bool read_create(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;
    const struct claim_settings *settings = portal_of(exchange)->settings;
    struct identifier_problem problem = {0};
    size_t length;

    if (!problem_within_limit(exchange))
        return false;
    const char *bytes = http_request_body(exchange, &length);
    const char *wrong = registration_body_parse(bytes, length, &own->body);
    if (wrong) {
        problem_answer_detail(exchange, 400, wrong);
        return false;
    }
    const struct oem_endpoint *endpoint = claim_settings_endpoint(settings, own->body.endpoint);
    const char *key = http_request_header(exchange, "Idempotency-Key");
    if (!endpoint || (key && !key_is_sound(key))) {
        problem_answer_detail(exchange, 422,
                              endpoint ? "Idempotency-Key must have 1 to 255 visible ASCII characters."
                                       : "There is no endpoint of this key.");
        return false;
    }
    if (!intake_targets(settings, own->body.identifier, strlen(own->body.identifier), &own->request,
                        &problem)) {
        problem_answer_identifier(exchange, &problem);
        return false;
    }
    intake_begin(settings, &own->request);
    own->request.endpoint = endpoint->key;
    own->request.contact_name = own->body.name;
    own->request.contact_email = own->body.email;
    own->request.idempotency_key = key;
    digest_request(own);
    return true;
}

/* ---- in the store ---- */

static enum store_error run_find(struct store_tx *tx, void *arguments)
{
    struct arguments *own = arguments;

    return registrations_find(tx, own->request.token, &own->registration);
}

static enum store_error run_create(struct store_tx *tx, void *arguments)
{
    struct arguments *own = arguments;

    return registrations_add(tx, &own->request, &own->registration);
}

static enum store_error run_create_together(struct store_tx *tx, void *const arguments[],
                                            enum store_error results[], size_t count)
{
    OWNED const struct registration_request **requests = memory_new(count, sizeof *requests);
    OWNED struct registration **registrations = memory_new(count, sizeof *registrations);

    for (size_t i = 0; i < count; i++) {
        struct arguments *own = arguments[i];
        requests[i] = &own->request;
        registrations[i] = &own->registration;
    }
    return registrations_add_together(tx, requests, registrations, results, count);
}

static enum store_error run_retry(struct store_tx *tx, void *arguments)
{
    struct arguments *own = arguments;
    struct identifier_problem problem = {0};
    enum store_error error = run_find(tx, own);

    if (error)
        return error;
    const char *thing_name = own->registration.thing_name;
    const struct oem_endpoint *endpoint = claim_settings_endpoint(own->settings, own->registration.endpoint);
    /* The configuration may have changed since: then there is nowhere left to send it. */
    if (!endpoint || !intake_targets(own->settings, thing_name, strlen(thing_name), &own->request, &problem))
        return STORE_CONFLICT;
    own->request.endpoint = endpoint->key;
    return registrations_retry(tx, &own->request, &own->registration);
}

static enum store_error run_cancel(struct store_tx *tx, void *arguments)
{
    struct arguments *own = arguments;

    return registrations_cancel(tx, own->request.token, own->request.now, &own->registration);
}

static const struct http_task find = {.run = run_find};
static const struct http_task create = {
    .run = run_create, .run_together = run_create_together, .writes = true};
static const struct http_task retry = {.run = run_retry, .writes = true};
static const struct http_task cancel = {.run = run_cancel, .writes = true};

/* ---- answering ---- */

static void reply_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct arguments *own = arguments;
    TEXT struct text page = TEXT_EMPTY;

    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    pages_status(portal_of(exchange)->pages, portal_language(exchange), &own->registration, clock_wall_ms(),
                 &page);
    http_answer_tagged(exchange, HTML, &page);
}

/* A button pressed twice, or on an old page: the page says how things stand. */
static void reply_to_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct arguments *own = arguments;
    TEXT struct text location = TEXT_EMPTY;

    if (result && result != STORE_ENDED) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    dispatcher_wake(portal_of(exchange)->dispatcher);
    text_printf(&location, "/registrations/%s?lang=%s", own->request.token, portal_language(exchange));
    http_answer_see_other(exchange, text_get(&location));
}

static void answer_json(struct http_exchange *exchange, const struct registration *registration,
                        unsigned status)
{
    const struct portal *portal = portal_of(exchange);
    TEXT struct text location = TEXT_EMPTY;
    TEXT struct text body = TEXT_EMPTY;

    registration_json(registration, portal->public_url, &body);
    if (status == 200) {
        http_answer_tagged(exchange, JSON_TYPE, &body);
        return;
    }
    text_printf(&location, "/api/v1/registrations/%s", registration->token);
    http_answer_header(exchange, "Location", text_get(&location));
    http_answer(exchange, status, JSON_TYPE, &body);
}

static void reply_json(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct arguments *own = arguments;

    if (result)
        problem_answer_detail(exchange, problem_status(result), intake_error_detail(result));
    else
        answer_json(exchange, &own->registration, 200);
}

static void reply_accepted(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct arguments *own = arguments;

    if (result) {
        problem_answer_detail(exchange, problem_status(result), intake_error_detail(result));
        return;
    }
    dispatcher_wake(portal_of(exchange)->dispatcher);
    answer_json(exchange, &own->registration, 202);
}

static void forget(void *arguments)
{
    struct arguments *own = arguments;

    registration_body_fini(&own->body);
}

/* All have the same arguments. */
#define HANDLER .arguments_size = sizeof(struct arguments), .fini = forget

const struct http_handler registration_page = {HANDLER, .read = read_token, .task = &find,
                                               .reply = reply_page};
const struct http_handler registration_page_retry = {HANDLER, .read = read_token_limited, .task = &retry,
                                                     .reply = reply_to_page};
const struct http_handler registration_page_cancel = {HANDLER, .read = read_token_limited, .task = &cancel,
                                                      .reply = reply_to_page};
const struct http_handler registration_create = {HANDLER, .read = read_create, .task = &create,
                                                 .reply = reply_accepted};
const struct http_handler registration_show = {HANDLER, .read = read_token, .task = &find,
                                               .reply = reply_json};
const struct http_handler registration_retry = {HANDLER, .read = read_token_limited, .task = &retry,
                                                .reply = reply_accepted};
const struct http_handler registration_cancel = {HANDLER, .read = read_token_limited, .task = &cancel,
                                                 .reply = reply_accepted};
