/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/take_over.h"

#include <string.h>

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
    const struct claim_settings *settings;
    char digest[OWNERS_LINK_SIZE];
    struct owners_link link;
    struct registration_request request;
    struct registration registration;
    enum ownership_answer answer;
    char session[DIGEST_SIZE]; /* "": nobody is signed in */
};

static void answer_page(struct http_exchange *exchange, unsigned status, enum page_question question)
{
    TEXT struct text action = TEXT_EMPTY;
    TEXT struct text page = TEXT_EMPTY;

    text_printf(&action, "/hand-over/%s",
                question == ASK_TAKE ? http_request_parameter(exchange, "link", NULL) : "");
    portal_remember_language(exchange);
    pages_ask(portal_of(exchange)->pages, portal_language(exchange),
              &(struct page_ask){.question = question, .action = text_get(&action)}, &page);
    http_answer_header(exchange, "Cache-Control", "no-store");
    http_answer(exchange, status, HTML, &page);
}

/* A link that was used, revoked, or never made: the page is the same. */
static void answer_ended(struct http_exchange *exchange)
{
    answer_page(exchange, 410, ASK_ENDED);
}

static bool read_link(struct http_exchange *exchange, void *arguments)
{
    struct take_over *own = arguments;
    size_t length;
    const char *secret = http_request_parameter(exchange, "link", &length);

    own->settings = portal_of(exchange)->settings;
    intake_begin(own->settings, exchange, &own->request);
    if (owner_link_digest(secret, length, own->digest))
        return true;
    answer_ended(exchange);
    return false;
}

static enum store_error run_find(struct store_tx *tx, void *arguments)
{
    struct take_over *own = arguments;

    return owners_find_link(tx, own->digest, own->request.now, &own->link);
}

static void reply_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    if (result == STORE_NOT_FOUND)
        answer_ended(exchange);
    else if (result)
        problem_answer(exchange, problem_status(result));
    else
        answer_page(exchange, 200, ASK_TAKE);
}

static bool read_take(struct http_exchange *exchange, void *arguments)
{
    struct take_over *own = arguments;

    if (!problem_within_limit(exchange) || !problem_network_has_room(exchange) || !read_link(exchange, own))
        return false;
    own->request.browser = browser_cookie(exchange);
    session_read(exchange, own->session);
    return true;
}

/* For the same device and endpoint as the owner's. Both may have left the configuration since. */
static enum store_error run_take(struct store_tx *tx, void *arguments)
{
    struct take_over *own = arguments;
    struct identifier_problem problem = {0};
    struct session session = {0};
    const char *thing_name = own->link.thing_name;

    RETURN_IF(run_find(tx, own));
    RETURN_IF(session_find(tx, own->session, &session));
    own->request.person_id = session.person_id;
    own->request.product = *own->link.product ? own->link.product : NULL;
    const struct oem_endpoint *endpoint = claim_settings_endpoint(own->settings, own->link.endpoint);
    if (!endpoint || !intake_targets(own->settings, thing_name, strlen(thing_name), &own->request, &problem))
        return STORE_CONFLICT;
    intake_choose(&own->request, endpoint);
    RETURN_IF(registrations_add(tx, &own->request, &own->registration));
    RETURN_IF(owners_take(tx, own->registration.token, own->digest, own->request.now, &own->answer));
    if (own->answer == OWNERSHIP_ENDED)
        return STORE_NOT_FOUND;        /* undoes the registration */
    if (own->answer != OWNERSHIP_DONE) /* the owner's own browser: its registration is there already */
        return STORE_OK;
    return forgetting_run(tx, thing_name, own->request.now);
}

static void reply_take(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct take_over *own = arguments;
    TEXT struct text location = TEXT_EMPTY;

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

#define ARGUMENTS .arguments_size = sizeof(struct take_over)

const struct http_handler take_over_page = {ARGUMENTS, .read = read_link, .task = &find_link,
                                            .reply = reply_page};
const struct http_handler take_over = {ARGUMENTS, .read = read_take, .task = &take_link, .reply = reply_take};
