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
#include "server/store/store_clock.h"

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

static void answer_refused(struct http_exchange *exchange, const struct owner_act *own)
{
    long long wait = own->by_token.registration.ownership.challenge_at - store_clock_ms();
    char seconds[24];

    if (own->answer != OWNERSHIP_TOO_SOON) {
        problem_answer_detail(exchange, 409,
                              "The registration does not allow this now. Read its standing and next_action.");
        return;
    }
    snprintf(seconds, sizeof seconds, "%lld", wait > 0 ? (wait + 999) / 1000 : 1);
    http_answer_header(exchange, "Retry-After", seconds);
    problem_answer_detail(exchange, 429, "It is too soon for another attempt. Wait for Retry-After seconds.");
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

const struct http_handler act_power_cycle = {ACT, .read = read_power_cycle, .reply = reply_done};
const struct http_handler act_ask = {ACT, .read = read_ask, .reply = reply_done};
const struct http_handler act_answer = {ACT, .read = read_answer, .reply = reply_done};
const struct http_handler act_hand_over = {ACT, .read = read_hand_over, .reply = reply_hand_over};
const struct http_handler act_revoke = {ACT, .read = read_revoke, .reply = reply_done};
const struct http_handler act_release = {ACT, .read = read_release, .reply = reply_done};
