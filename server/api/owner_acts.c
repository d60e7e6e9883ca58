/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/owner_acts.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "server/api/registration_json.h"
#include "server/portal/owner_act.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"

#define JSON_TYPE "application/json"

/* ---- reading ---- */

/* A member that is true or false; *out stays as it is if it is absent. False: it is something else. */
static bool take_boolean(const cJSON *object, const char *name, bool *out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!member || cJSON_IsNull(member))
        return true;
    if (!cJSON_IsBool(member))
        return false;
    *out = cJSON_IsTrue(member);
    return true;
}

/* What owners say with an act that may end with another owner. The body may be empty. */
static bool read_erase(struct http_exchange *exchange, struct owner_act *own)
{
    size_t length;
    const char *bytes = http_request_body(exchange, &length);

    if (length == 0)
        return true;
    JSON cJSON *json = json_object_parse(bytes, length);
    if (json && take_boolean(json, "erase", &own->erase))
        return true;
    problem_answer_detail(exchange, 400,
                          "The body must be empty, or a JSON object with erase: true or false.");
    return false;
}

/* The code is copied: its JSON is freed before it is compared. */
struct code_act {
    struct owner_act act; /* first */
    struct text code;
};

static bool read_code(struct http_exchange *exchange, void *arguments)
{
    struct code_act *own = arguments;
    size_t length;
    const char *bytes = http_request_body(exchange, &length);

    if (!owner_act_read(exchange, &own->act, OWNERSHIP_CODE))
        return false;
    JSON cJSON *json = json_object_parse(bytes, length);
    const cJSON *code = json ? cJSON_GetObjectItemCaseSensitive(json, "code") : NULL;
    if (!code || !cJSON_IsString(code)) {
        problem_answer_detail(exchange, 400, "The body must be a JSON object with code: a string.");
        return false;
    }
    text_puts(&own->code, code->valuestring);
    own->act.code = text_get(&own->code);
    own->act.code_length = own->code.length;
    return true;
}

static void free_code(void *arguments)
{
    text_fini(&((struct code_act *)arguments)->code);
}

static bool read_power_cycle(struct http_exchange *exchange, void *arguments)
{
    return owner_act_read(exchange, arguments, OWNERSHIP_CHALLENGE);
}

static bool read_ask(struct http_exchange *exchange, void *arguments)
{
    return owner_act_read(exchange, arguments, OWNERSHIP_ASK);
}

static bool read_hand_over(struct http_exchange *exchange, void *arguments)
{
    return owner_act_read(exchange, arguments, OWNERSHIP_OFFER) && read_erase(exchange, arguments);
}

static bool read_revoke(struct http_exchange *exchange, void *arguments)
{
    return owner_act_read(exchange, arguments, OWNERSHIP_KEEP);
}

static bool read_release(struct http_exchange *exchange, void *arguments)
{
    return owner_act_read(exchange, arguments, OWNERSHIP_RELEASE) && read_erase(exchange, arguments);
}

/* Takes request, accept and erase. */
static bool take_answer(const cJSON *json, struct owner_act *own)
{
    const cJSON *request = cJSON_GetObjectItemCaseSensitive(json, "request");
    const cJSON *accept = cJSON_GetObjectItemCaseSensitive(json, "accept");

    if (!cJSON_IsString(request) || !cJSON_IsBool(accept) || !take_boolean(json, "erase", &own->erase))
        return false;
    own->kind = cJSON_IsTrue(accept) ? OWNERSHIP_ACCEPT : OWNERSHIP_DENY;
    return owner_act_take_other(own, request->valuestring);
}

static bool read_answer(struct http_exchange *exchange, void *arguments)
{
    size_t length;
    const char *bytes = http_request_body(exchange, &length);

    if (!owner_act_read(exchange, arguments, OWNERSHIP_DENY))
        return false;
    JSON cJSON *json = json_object_parse(bytes, length);
    if (json && take_answer(json, arguments))
        return true;
    problem_answer_detail(exchange, 400,
                          "The body must be a JSON object with request, which names one of requests, and "
                          "accept: true or false.");
    return false;
}

/* ---- answering ---- */

static void add_retry_after(struct http_exchange *exchange, const struct owner_act *own)
{
    long long wait = owner_act_next_at(own) - own->by_token.request.now;
    char seconds[24];

    snprintf(seconds, sizeof seconds, "%lld", wait > 0 ? (wait + 999) / 1000 : 1);
    http_answer_header(exchange, "Retry-After", seconds);
}

static void answer_too_soon(struct http_exchange *exchange, const struct owner_act *own)
{
    add_retry_after(exchange, own);
    problem_answer_detail(exchange, 429, "It is too soon for another attempt. Wait for Retry-After seconds.");
}

static void answer_refused(struct http_exchange *exchange, const struct owner_act *own)
{
    if (own->answer == OWNERSHIP_TOO_SOON)
        answer_too_soon(exchange, own);
    else
        problem_answer_detail(exchange, 409,
                              "The registration does not allow this now. Read its standing and next_action.");
}

/* True: it was done, and the answer is still to be given. */
static bool is_done(struct http_exchange *exchange, const struct owner_act *own, unsigned result)
{
    if (result) {
        problem_answer_detail(exchange, problem_status(result),
                              result == STORE_NOT_FOUND ? "There is no such registration or request." : NULL);
        return false;
    }
    dispatcher_wake(portal_of(exchange)->dispatcher); /* a claim may have been redirected */
    if (own->answer == OWNERSHIP_DONE)
        return true;
    answer_refused(exchange, own);
    return false;
}

static void reply_done(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct owner_act *own = arguments;
    TEXT struct text body = TEXT_EMPTY;

    if (!is_done(exchange, own, result))
        return;
    registration_json(&own->by_token.registration, portal_of(exchange)->public_url, 0, &body);
    http_answer(exchange, 202, JSON_TYPE, &body);
}

static void reply_code(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct owner_act *own = &((const struct code_act *)arguments)->act;

    if (result || own->answer != OWNERSHIP_DONE || own->code_result.answer == CODE_RIGHT) {
        reply_done(exchange, arguments, result);
        return;
    }
    if (own->code_result.answer == CODE_LATER) {
        answer_too_soon(exchange, own);
        return;
    }
    if (own->code_result.next_at > own->by_token.request.now)
        add_retry_after(exchange, own);
    problem_answer_reason(exchange, 422, "wrong_code",
                          "This code is not right. Check it, and send it again.");
}

/* The only answer that has the link. */
static void reply_hand_over(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct owner_act *own = arguments;
    TEXT struct text link = TEXT_EMPTY;
    TEXT struct text body = TEXT_EMPTY;
    char until[CLOCK_RFC3339_SIZE];

    if (!is_done(exchange, own, result))
        return;
    struct json_writer json = json_writer_into(&body);
    owner_link_address(portal_of(exchange)->public_url, own->secret, &link);
    clock_rfc3339(own->by_token.registration.ownership.hand_over_until, until);
    json_begin_object(&json, NULL);
    json_write_text(&json, "link", text_get(&link));
    json_write_text(&json, "until", until);
    json_end_object(&json);
    json_writer_finish(&json);
    text_puts(&body, "\n");
    http_answer_header(exchange, "Cache-Control", "no-store");
    http_answer(exchange, 201, JSON_TYPE, &body);
}

#define ACT .arguments_size = sizeof(struct owner_act), .task = &owner_act

const struct http_handler act_code = {.arguments_size = sizeof(struct code_act),
                                      .read = read_code,
                                      .task = &owner_act_code,
                                      .reply = reply_code,
                                      .fini = free_code};
const struct http_handler act_power_cycle = {ACT, .read = read_power_cycle, .reply = reply_done};
const struct http_handler act_ask = {ACT, .read = read_ask, .reply = reply_done};
const struct http_handler act_answer = {ACT, .read = read_answer, .reply = reply_done};
const struct http_handler act_hand_over = {ACT, .read = read_hand_over, .reply = reply_hand_over};
const struct http_handler act_revoke = {ACT, .read = read_revoke, .reply = reply_done};
const struct http_handler act_release = {ACT, .read = read_release, .reply = reply_done};
