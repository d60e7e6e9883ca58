/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/owner_pages.h"

#include <string.h>

#include "server/portal/owner_act.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"

#define HTML "text/html; charset=utf-8"

/* Back to the private page, with a note about what was done (NULL: none), and how long to wait before the
 * next try. */
static void go_back(struct http_exchange *exchange, const char *token, const char *note, long long wait_ms)
{
    TEXT struct text location = TEXT_EMPTY;

    text_printf(&location, "/registrations/%s?lang=%s", token, portal_language(exchange));
    if (note)
        text_printf(&location, "&note=%s", note);
    if (wait_ms > 0)
        text_printf(&location, "&wait=%lld", (wait_ms + 999) / 1000);
    http_answer_see_other(exchange, text_get(&location));
}

/* ---- doing it ---- */

/* What the page says afterwards; NULL: nothing. */
static const char *note_about(const struct owner_act *own)
{
    if (own->answer == OWNERSHIP_TOO_SOON)
        return "soon";
    if (own->answer != OWNERSHIP_DONE)
        return "changed";
    if (own->kind != OWNERSHIP_CODE || own->code_result.answer == CODE_RIGHT)
        return NULL;
    return own->code_result.answer == CODE_LATER ? "soon" : "code";
}

static void reply_done(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct owner_act *own = arguments;

    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    dispatcher_wake(portal_of(exchange)->dispatcher); /* a claim may have been redirected */
    const char *note = note_about(own);
    bool waits = note && own->answer != OWNERSHIP_NOT_NOW;
    go_back(exchange, own->by_token.request.token, note,
            waits ? owner_act_next_at(own) - own->by_token.request.now : 0);
}

static bool read_act(struct http_exchange *exchange, void *arguments, enum ownership_event_kind kind)
{
    struct owner_act *own = arguments;

    if (!owner_act_read(exchange, own, kind))
        return false;
    own->erase = http_request_field(exchange, "erase", NULL) != NULL;
    return true;
}

/* A text that cannot be a reference has no request. */
static bool read_answer(struct http_exchange *exchange, void *arguments, enum ownership_event_kind kind)
{
    if (!read_act(exchange, arguments, kind))
        return false;
    if (owner_act_take_other(arguments, http_request_parameter(exchange, "request", NULL)))
        return true;
    problem_answer(exchange, 404);
    return false;
}

static bool read_code(struct http_exchange *exchange, void *arguments)
{
    struct owner_act *own = arguments;

    own->code = http_request_field(exchange, "code", &own->code_length);
    own->code = own->code ? own->code : "";
    return read_act(exchange, own, OWNERSHIP_CODE);
}

static bool read_power_cycle(struct http_exchange *exchange, void *arguments)
{
    return read_act(exchange, arguments, OWNERSHIP_CHALLENGE);
}

static bool read_ask(struct http_exchange *exchange, void *arguments)
{
    return read_act(exchange, arguments, OWNERSHIP_ASK);
}

static bool read_hand_over(struct http_exchange *exchange, void *arguments)
{
    return read_act(exchange, arguments, OWNERSHIP_OFFER);
}

static bool read_revoke(struct http_exchange *exchange, void *arguments)
{
    return read_act(exchange, arguments, OWNERSHIP_KEEP);
}

static bool read_release(struct http_exchange *exchange, void *arguments)
{
    return read_act(exchange, arguments, OWNERSHIP_RELEASE);
}

static bool read_accept(struct http_exchange *exchange, void *arguments)
{
    return read_answer(exchange, arguments, OWNERSHIP_ACCEPT);
}

static bool read_deny(struct http_exchange *exchange, void *arguments)
{
    return read_answer(exchange, arguments, OWNERSHIP_DENY);
}

/* ---- asking first ---- */

/* The page is for its owner now, and never kept by the browser: it may show a link. */
static void answer_question(struct http_exchange *exchange, const struct registration *registration,
                            const char *where, struct page_ask *ask)
{
    TEXT struct text action = TEXT_EMPTY;
    TEXT struct text back = TEXT_EMPTY;
    TEXT struct text page = TEXT_EMPTY;

    text_printf(&back, "/registrations/%s", registration->token);
    text_printf(&action, "/registrations/%s/%s", registration->token, where);
    ask->action = text_get(&action);
    ask->back = text_get(&back);
    portal_remember_language(exchange);
    pages_ask(portal_of(exchange)->pages, portal_language(exchange), ask, &page);
    http_answer_header(exchange, "Cache-Control", "no-store");
    http_answer(exchange, 200, HTML, &page);
}

/* Whether the page can be asked for: else the answer is given. */
static bool is_owner(struct http_exchange *exchange, const struct by_token *own, unsigned result)
{
    if (result) {
        problem_answer(exchange, problem_status(result));
        return false;
    }
    if (own->registration.ownership.is_known && own->registration.ownership.standing == STANDING_OWNER)
        return true;
    go_back(exchange, own->request.token, "changed", 0);
    return false;
}

static void reply_hand_over_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct by_token *own = arguments;

    if (is_owner(exchange, own, result))
        answer_question(exchange, &own->registration, "hand-over",
                        &(struct page_ask){.question = ASK_HAND_OVER,
                                           .link_until = own->registration.ownership.hand_over_until});
}

/* The link is shown in this answer and never again: the store has only its digest. */
static void reply_hand_over(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct owner_act *own = arguments;
    TEXT struct text link = TEXT_EMPTY;

    if (result || own->answer != OWNERSHIP_DONE) {
        reply_done(exchange, arguments, result);
        return;
    }
    owner_link_address(portal_of(exchange)->public_url, own->secret, &link);
    answer_question(exchange, &own->by_token.registration, "hand-over",
                    &(struct page_ask){.question = ASK_HAND_OVER,
                                       .link = text_get(&link),
                                       .link_until = own->by_token.registration.ownership.hand_over_until});
}

static void reply_release_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct by_token *own = arguments;

    if (is_owner(exchange, own, result))
        answer_question(exchange, &own->registration, "release", &(struct page_ask){.question = ASK_RELEASE});
}

static const struct registration_rival *find_rival(const struct registration *registration,
                                                   const char *reference)
{
    const struct registration_ownership *own = &registration->ownership;

    for (size_t i = 0; i < own->rival_count; i++)
        if (strcmp(own->rivals[i].reference, reference) == 0)
            return &own->rivals[i];
    return NULL;
}

static void reply_request_page(struct http_exchange *exchange, const struct by_token *own, unsigned result,
                               enum page_question question)
{
    const char *reference = http_request_parameter(exchange, "request", NULL);
    TEXT struct text where = TEXT_EMPTY;

    if (!is_owner(exchange, own, result))
        return;
    const struct registration_rival *rival = find_rival(&own->registration, reference);
    if (!rival) {
        go_back(exchange, own->request.token, "changed", 0);
        return;
    }
    text_printf(&where, "requests/%s/%s", rival->reference, question == ASK_ACCEPT ? "accept" : "deny");
    answer_question(
        exchange, &own->registration, text_get(&where),
        &(struct page_ask){.question = question, .asked_at = rival->asked_at, .proofs = rival->proofs});
}

static void reply_accept_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    reply_request_page(exchange, arguments, result, ASK_ACCEPT);
}

static void reply_deny_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    reply_request_page(exchange, arguments, result, ASK_DENY);
}

#define ACT .arguments_size = sizeof(struct owner_act), .task = &owner_act
#define PAGE .arguments_size = sizeof(struct by_token), .read = by_token_read, .task = &by_token_find

const struct http_handler owner_code = {.arguments_size = sizeof(struct owner_act),
                                        .read = read_code,
                                        .task = &owner_act_code,
                                        .reply = reply_done};
const struct http_handler owner_power_cycle = {ACT, .read = read_power_cycle, .reply = reply_done};
const struct http_handler owner_ask = {ACT, .read = read_ask, .reply = reply_done};
const struct http_handler owner_hand_over_page = {PAGE, .reply = reply_hand_over_page};
const struct http_handler owner_hand_over = {ACT, .read = read_hand_over, .reply = reply_hand_over};
const struct http_handler owner_revoke = {ACT, .read = read_revoke, .reply = reply_done};
const struct http_handler owner_release_page = {PAGE, .reply = reply_release_page};
const struct http_handler owner_release = {ACT, .read = read_release, .reply = reply_done};
const struct http_handler owner_accept_page = {PAGE, .reply = reply_accept_page};
const struct http_handler owner_accept = {ACT, .read = read_accept, .reply = reply_done};
const struct http_handler owner_deny_page = {PAGE, .reply = reply_deny_page};
const struct http_handler owner_deny = {ACT, .read = read_deny, .reply = reply_done};
