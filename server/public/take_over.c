/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/take_over.h"

#include <string.h>

#include "server/portal/answers.h"
#include "server/portal/browser_cookie.h"
#include "server/portal/intake.h"
#include "server/portal/owner_act.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/portal/session.h"
#include "server/store/forgetting.h"
#include "server/store/store_clock.h"

#define HTML "text/html; charset=utf-8"

struct take_over {
    const struct portal *portal;
    char session[DIGEST_SIZE]; /* "": nobody is signed in */
    char digest[OWNERS_LINK_SIZE];
    struct owners_link link;
    const struct product *product; /* of the device; NULL: none */
    const struct product *shown;   /* whose questions the form had; NULL: none */
    struct answers answers;        /* to the questions of shown */
    bool asks_again;
    struct registration_request request;
    struct registration registration;
    enum ownership_answer answer;
};

static void answer_page(struct http_exchange *exchange, unsigned status, const struct page_ask *ask)
{
    TEXT struct text action = TEXT_EMPTY;
    TEXT struct text page = TEXT_EMPTY;
    struct page_ask shown = *ask;

    text_printf(&action, "/hand-over/%s",
                ask->question == ASK_TAKE ? http_request_parameter(exchange, "link", NULL) : "");
    shown.action = text_get(&action);
    portal_remember_language(exchange);
    pages_ask(portal_of(exchange)->pages, portal_language(exchange), &shown, &page);
    http_answer_header(exchange, "Cache-Control", "no-store");
    http_answer(exchange, status, HTML, &page);
}

/* A link that was used, revoked, or never made: the page is the same. */
static void answer_ended(struct http_exchange *exchange)
{
    answer_page(exchange, 410, &(struct page_ask){.question = ASK_ENDED});
}

static bool read_link(struct http_exchange *exchange, void *arguments)
{
    struct take_over *own = arguments;
    size_t length;
    const char *secret = http_request_parameter(exchange, "link", &length);

    own->portal = portal_of(exchange);
    intake_begin(own->portal->settings, exchange, &own->request);
    if (owner_link_digest(secret, length, own->digest))
        return true;
    answer_ended(exchange);
    return false;
}

/* The device and its product. It may have left the configuration since. */
static enum store_error run_find(struct store_tx *tx, void *arguments)
{
    struct take_over *own = arguments;
    struct identifier_problem problem = {0};
    const char *thing_name = own->link.thing_name;

    RETURN_IF(owners_find_link(tx, own->digest, own->request.now, &own->link));
    if (!intake_targets(own->portal->settings, thing_name, strlen(thing_name), &own->request, &problem))
        return STORE_CONFLICT;
    return intake_find_product(tx, own->portal->products, &own->request, &own->product);
}

/* The questions of the product, if it has any. */
static const struct page_questions *questions_of(struct take_over *own)
{
    if (!own->product || !product_asks(own->product, false))
        return NULL;
    own->answers.questions.product = own->product;
    return &own->answers.questions;
}

/* Who has the link may know which product it is. */
static void answer_offer(struct http_exchange *exchange, unsigned status, const struct take_over *own,
                         const struct page_questions *questions)
{
    answer_page(exchange, status,
                &(struct page_ask){.question = ASK_TAKE,
                                   .thing_name = own->link.thing_name,
                                   .product = own->product,
                                   .questions = questions});
}

static void reply_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    if (result == STORE_NOT_FOUND)
        answer_ended(exchange);
    else if (result)
        problem_answer(exchange, problem_status(result));
    else
        answer_offer(exchange, 200, arguments, questions_of(arguments));
}

static void read_answers(struct http_exchange *exchange, struct take_over *own)
{
    const char *key = http_request_field(exchange, "product", NULL);
    struct registration_details *details = &own->request.details;

    own->shown = key ? products_by_key(own->portal->products, key) : NULL;
    if (!own->shown)
        return;
    answers_read_form(exchange, own->shown, false, &own->answers);
    if (page_questions_have_problem(&own->answers.questions))
        return;
    answers_details(&own->answers, portal_language(exchange), own->request.now, details);
    own->request.contact_name = details->contact_name;
    own->request.contact_email = details->contact_email;
    details->contact_name = details->contact_email = NULL; /* the request has them */
}

static bool read_take(struct http_exchange *exchange, void *arguments)
{
    struct take_over *own = arguments;

    if (!problem_within_limit(exchange) || !problem_network_has_room(exchange) || !read_link(exchange, own))
        return false;
    session_read(exchange, own->session);
    read_answers(exchange, own);
    own->request.browser = browser_cookie(exchange);
    return true;
}

/* The next owner answers what every owner of the product is asked. */
static bool is_answered(const struct take_over *own)
{
    if (!own->product || !product_asks(own->product, false))
        return true;
    return own->shown == own->product && !page_questions_have_problem(&own->answers.questions);
}

/* For the same device and endpoint as the owner's. */
static enum store_error run_take(struct store_tx *tx, void *arguments)
{
    struct take_over *own = arguments;
    struct session session = {0};

    RETURN_IF(run_find(tx, own));
    own->asks_again = !is_answered(own);
    const struct oem_endpoint *endpoint = claim_settings_endpoint(own->portal->settings, own->link.endpoint);
    if (!endpoint || own->asks_again)
        return STORE_CONFLICT;
    RETURN_IF(session_find(tx, own->session, &session));
    own->request.person_id = session.person_id;
    intake_choose(&own->request, endpoint);
    RETURN_IF(registrations_add(tx, &own->request, &own->registration));
    RETURN_IF(owners_take(tx, own->registration.token, own->digest, own->request.now, &own->answer));
    if (own->answer == OWNERSHIP_ENDED)
        return STORE_NOT_FOUND;        /* undoes the registration */
    if (own->answer != OWNERSHIP_DONE) /* the owner's own browser: its registration is there already */
        return STORE_OK;
    return forgetting_run(tx, own->link.thing_name, own->request.now);
}

/* Nothing was stored. Questions that the person has not seen yet are asked, with what was answered to others.
 */
static void ask_again(struct http_exchange *exchange, struct take_over *own)
{
    if (own->shown == own->product) {
        answer_offer(exchange, 422, own, &own->answers.questions);
        return;
    }
    answers_fini(&own->answers);
    own->answers = (struct answers){0};
    answers_keep_form(exchange, own->product, &own->answers);
    own->answers.questions.agreed = false;
    answer_offer(exchange, 200, own, questions_of(own));
}

static void reply_take(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct take_over *own = arguments;
    TEXT struct text location = TEXT_EMPTY;

    if (result == STORE_CONFLICT && own->asks_again) {
        ask_again(exchange, own);
        return;
    }
    if (result == STORE_NOT_FOUND) {
        answer_ended(exchange);
        return;
    }
    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    dispatcher_wake(portal_of(exchange)->dispatcher);
    text_printf(&location, "/registrations/%s?lang=%s", own->registration.token, portal_language(exchange));
    http_answer_see_other(exchange, text_get(&location));
}

static const struct http_task find_link = {.run = run_find, .is_paced = true};
static const struct http_task take_link = {.run = run_take, .writes = true, .is_paced = true};

static void free_arguments(void *arguments)
{
    answers_fini(&((struct take_over *)arguments)->answers);
}

#define ARGUMENTS .arguments_size = sizeof(struct take_over), .fini = free_arguments

const struct http_handler take_over_page = {ARGUMENTS, .read = read_link, .task = &find_link,
                                            .reply = reply_page};
const struct http_handler take_over = {ARGUMENTS, .read = read_take, .task = &take_link, .reply = reply_take};
