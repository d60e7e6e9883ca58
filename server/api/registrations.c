/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/registrations.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "server/api/registration_json.h"
#include "server/portal/answers.h"
#include "server/portal/by_token.h"
#include "server/portal/intake.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/store/store_clock.h"

#define JSON_TYPE "application/json"
#define KEY_MAX 255

/* ---- answering ---- */

static void answer_json(struct http_exchange *exchange, const struct registration *registration,
                        unsigned status)
{
    const struct portal *portal = portal_of(exchange);
    TEXT struct text location = TEXT_EMPTY;
    TEXT struct text body = TEXT_EMPTY;
    char seconds[24];

    long long now = store_clock_ms(), wait = waiting_ms(portal->waiting, registration);
    registration_json(registration, portal->public_url, wait ? now + wait : 0, &body);
    if (wait) {
        snprintf(seconds, sizeof seconds, "%lld", (wait + 999) / 1000);
        http_answer_header(exchange, "Retry-After", seconds);
    }
    if (status == 200) {
        http_answer_tagged(exchange, JSON_TYPE, &body);
        return;
    }
    text_printf(&location, "/api/v1/registrations/%s", registration->token);
    http_answer_header(exchange, "Location", text_get(&location));
    http_answer(exchange, status, JSON_TYPE, &body);
}

static void answer_result(struct http_exchange *exchange, const struct registration *registration,
                          unsigned status, unsigned result)
{
    if (result)
        problem_answer_detail(exchange, problem_status(result), intake_error_detail(result));
    else
        answer_json(exchange, registration, status);
}

static void answer_accepted(struct http_exchange *exchange, const struct registration *registration,
                            unsigned result)
{
    if (!result)
        dispatcher_wake(portal_of(exchange)->dispatcher);
    answer_result(exchange, registration, 202, result);
}

/* ---- creating ---- */

struct creation {
    const struct portal *portal;
    const char *language; /* in which a text was agreed to */
    struct registration_request request;
    struct registration registration;
    struct registration_body body;
    const struct product *product; /* whose questions are answered; NULL: none */
    struct answers answers;
    struct text why; /* what is wrong with the answers */
    char digest[DIGEST_SIZE], key[DIGEST_SIZE];
};

static bool key_is_sound(const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < length; i++)
        if (key[i] <= 0x20 || key[i] > 0x7e)
            return false;
    return length > 0 && length <= KEY_MAX;
}

/* Adds nothing if there are none, as before there were products. */
static void add_answers(const struct registration_body *body, struct text *out)
{
    if (!body->fields && !body->country && !body->consent && !body->marketing)
        return;
    if (body->fields)
        json_canonical(body->fields, out);
    text_printf(out, " %s %s %d", body->country ? body->country : "", body->consent ? body->consent : "",
                body->marketing);
}

/* Detects the mistake of reusing an Idempotency-Key for a different request: the digest is over the request's
 * contents. */
static void digest_request(struct creation *own)
{
    TEXT struct text device = TEXT_EMPTY;
    TEXT struct text all = TEXT_EMPTY;

    intake_shown(&own->request, &device);
    const char *const parts[] = {text_get(&device), own->request.endpoint, own->body.name, own->body.email};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        text_puts(&all, parts[i] ? parts[i] : "");
        text_add(&all, "", 1);
    }
    add_answers(&own->body, &all);
    digest_sha256(all.data, all.length, own->digest);
    own->request.request_digest = own->digest;
}

/* A key is its caller's own: the same one from another network is another key, so no one gets or blocks what
 * someone else has made with it. Only this digest is stored. */
static void keep_key(struct creation *own, struct http_exchange *exchange, const char *key)
{
    TEXT struct text all = TEXT_EMPTY;

    text_printf(&all, "%016llx %s", (unsigned long long)http_request_client_key(exchange).address, key);
    digest_sha256(all.data, all.length, own->key);
    own->request.idempotency_key = own->key;
}

/* Reads the answers to the questions of a product. Returns false with a sentence in own->why. */
static bool read_answers(struct creation *own, const struct product *product)
{
    const struct registration_body *body = &own->body;
    const struct answers_json json = {body->fields, body->country, body->consent, body->marketing};
    struct registration_request *request = &own->request;

    own->product = product;
    answers_fini(&own->answers);
    own->answers = (struct answers){0};
    text_clear(&own->why);
    request->details = (struct registration_details){.country = body->country};
    if (product) {
        if (!answers_read_json(&json, product, &own->answers, &own->why))
            return false;
        answers_details(&own->answers, own->language, request->now, &request->details);
    } else if (body->fields || body->consent || body->marketing) {
        text_puts(&own->why,
                  "This device has no product that asks: leave fields, consent and marketing out.");
        return false;
    }
    request->contact_name = body->name ? body->name : request->details.contact_name;
    request->contact_email = body->email ? body->email : request->details.contact_email;
    request->details.contact_name = request->details.contact_email = NULL; /* the request has them */
    return true;
}

static void choose_endpoint(struct creation *own)
{
    const char *key = own->body.endpoint ? own->body.endpoint : "";

    intake_choose(&own->request, intake_endpoint(own->portal->settings, key, strlen(key), own->product,
                                                 own->request.details.country));
}

static bool read_key(struct http_exchange *exchange, struct creation *own)
{
    const char *key = http_request_header(exchange, "Idempotency-Key");
    bool known = !own->body.endpoint || claim_settings_endpoint(own->portal->settings, own->body.endpoint);

    if (known && (!key || key_is_sound(key)))
        return true;
    problem_answer_detail(
        exchange, 422,
        known ? "Idempotency-Key must have 1 to 255 visible ASCII characters."
              : "There is no endpoint with this key. Use a configured one, or leave endpoint out.");
    return false;
}

static bool read_create(struct http_exchange *exchange, void *arguments)
{
    struct creation *own = arguments;
    struct identifier_problem problem = {0};
    size_t length;

    own->portal = portal_of(exchange);
    own->language = portal_language(exchange);
    const struct claim_settings *settings = own->portal->settings;
    if (!problem_within_limit(exchange) || !problem_network_has_room(exchange))
        return false;
    const char *bytes = http_request_body(exchange, &length);
    const char *wrong = registration_body_parse(bytes, length, &own->body);
    if (wrong) {
        problem_answer_detail(exchange, 400, wrong);
        return false;
    }
    if (!read_key(exchange, own))
        return false;
    if (!intake_read(settings, &own->portal->labels, own->body.identifier, strlen(own->body.identifier),
                     &own->request, &problem)) {
        problem_answer_identifier(exchange, &problem);
        return false;
    }
    intake_begin(settings, exchange, &own->request);
    if (!read_answers(own, intake_product(own->portal->products, &own->request))) {
        problem_answer_detail(exchange, 422, text_get(&own->why));
        return false;
    }
    choose_endpoint(own);
    const char *key = http_request_header(exchange, "Idempotency-Key");
    if (key) {
        keep_key(own, exchange, key);
        digest_request(own);
    }
    return true;
}

/* A repeated request has the answer of the first, also when the inventory no longer knows its serial number.
 */
static enum store_error resolve(struct store_tx *tx, struct creation *own, bool *repeated)
{
    enum store_error error = intake_resolve(tx, own->portal->settings, &own->request);

    *repeated = error == STORE_UNLISTED;
    if (*repeated)
        error = registrations_repeated(tx, &own->request, &own->registration);
    return *repeated && error == STORE_NOT_FOUND ? STORE_UNLISTED : error;
}

static enum store_error run_create(struct store_tx *tx, void *arguments)
{
    struct creation *own = arguments;
    const struct product *found = NULL;
    bool repeated;
    enum store_error error = resolve(tx, own, &repeated);

    if (repeated)
        return error;
    if (!error)
        error = intake_find_product(tx, own->portal->products, &own->request, &found);
    if (error)
        return error;
    if (found != own->product && !read_answers(own, found))
        return STORE_CONFLICT;
    choose_endpoint(own);
    RETURN_IF(registrations_add(tx, &own->request, &own->registration));
    return by_token_show_added(tx, &own->request, &own->registration);
}

/* Requests with a Digital Link, which have no targets yet, and those whose product the inventory may know are
 * left to run_create(). */
static bool goes_alone(const struct creation *own)
{
    return own->request.link.gtin[0] != '\0' || own->portal->products->count > 0;
}

static enum store_error run_create_together(struct store_tx *tx, void *const arguments[],
                                            enum store_error results[], size_t count)
{
    OWNED const struct registration_request **requests = memory_new(count, sizeof *requests);
    OWNED struct registration **registrations = memory_new(count, sizeof *registrations);
    OWNED enum store_error *taken_results = memory_new(count, sizeof *taken_results);
    size_t taken = 0;

    for (size_t i = 0; i < count; i++) {
        struct creation *own = arguments[i];
        if (goes_alone(own))
            continue;
        requests[taken] = &own->request;
        registrations[taken] = &own->registration;
        taken_results[taken++] = results[i];
    }
    if (taken == 0)
        return STORE_OK;
    enum store_error error = registrations_add_together(tx, requests, registrations, taken_results, taken);
    for (size_t i = 0; i < taken && !error; i++)
        if (taken_results[i] == STORE_OK)
            error = by_token_show_added(tx, requests[i], registrations[i]);
    for (size_t i = 0, at = 0; i < count; i++)
        if (!goes_alone(arguments[i]))
            results[i] = taken_results[at++];
    return error;
}

static void reply_created(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct creation *own = arguments;

    if (result == STORE_CONFLICT && own->why.length) {
        problem_answer_detail(exchange, 422, text_get(&own->why));
        return;
    }
    if (result == STORE_UNLISTED) {
        problem_answer_identifier(exchange, &(struct identifier_problem){.error = IDENTIFIER_UNLISTED});
        return;
    }
    answer_accepted(exchange, &own->registration, result);
}

static void free_arguments(void *arguments)
{
    struct creation *own = arguments;

    answers_fini(&own->answers);
    text_fini(&own->why);
    registration_body_fini(&own->body);
}

static const struct http_task create = {
    .run = run_create, .run_together = run_create_together, .writes = true, .is_paced = true};

const struct http_handler registration_create = {
    .arguments_size = sizeof(struct creation),
    .read = read_create,
    .task = &create,
    .reply = reply_created,
    .fini = free_arguments,
};

/* ---- existing registrations ---- */

static void reply_shown(struct http_exchange *exchange, void *arguments, unsigned result)
{
    answer_result(exchange, &((struct by_token *)arguments)->registration, 200, result);
}

static void reply_changed(struct http_exchange *exchange, void *arguments, unsigned result)
{
    answer_accepted(exchange, &((struct by_token *)arguments)->registration, result);
}

#define ARGUMENTS .arguments_size = sizeof(struct by_token)

const struct http_handler registration_show = {ARGUMENTS, .read = by_token_read, .task = &by_token_find,
                                               .reply = reply_shown};
const struct http_handler registration_retry = {ARGUMENTS, .read = by_token_read_retry,
                                                .task = &by_token_retry, .reply = reply_changed};
const struct http_handler registration_on = {ARGUMENTS, .read = by_token_read_limited,
                                             .task = &by_token_press, .reply = reply_changed};
const struct http_handler registration_cancel = {ARGUMENTS, .read = by_token_read_limited,
                                                 .task = &by_token_cancel, .reply = reply_changed};
