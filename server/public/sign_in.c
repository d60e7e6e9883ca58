/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/sign_in.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "server/portal/browser_cookie.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/portal/session.h"
#include "server/portal/task.h"
#include "server/public/products_page.h"
#include "server/store/persons.h"

#define AFTERWARDS "/products"
#define JWT_FIELD "token"

/* An address that is not allowed is left out: the person is signed in all the same, and nobody is sent there.
 */
static void take_places(const struct portal *portal, const char *back, size_t back_length, const char *then,
                        size_t then_length, char back_out[ADDRESS_MAX + 1], char then_out[ADDRESS_MAX + 1])
{
    if (back && strlen(back) == back_length &&
        address_list_allows(portal->sign_in->return_urls, back, back_length))
        snprintf(back_out, ADDRESS_MAX + 1, "%s", back);
    if (then && address_is_own_path(then, then_length))
        snprintf(then_out, ADDRESS_MAX + 1, "%s", then);
}

/* Answers 404 or 429, or a page that says so, and returns false. */
static bool may_sign_in(struct http_exchange *exchange)
{
    if (!portal_of(exchange)->identity) {
        problem_answer(exchange, 404);
        return false;
    }
    return problem_within_limit(exchange);
}

/* ---- GET /sign-in ---- */

struct start_arguments {
    struct identity_start start;
    char browser[IDENTITY_SECRET_SIZE];
    struct text address;
};

static bool read_start(struct http_exchange *exchange, void *arguments)
{
    struct start_arguments *own = arguments;
    size_t back_length = 0, then_length = 0;

    if (!may_sign_in(exchange))
        return false;
    const struct portal *portal = portal_of(exchange);
    const char *back = http_request_query(exchange, "return_to", &back_length);
    const char *then = http_request_query(exchange, "then", &then_length);
    take_places(portal, back, back_length, then, then_length, own->start.back, own->start.then);
    session_browser_read(exchange, own->browser);
    if (!*own->browser)
        random_hex(own->browser, IDENTITY_SECRET_SIZE - 1);
    identity_start_init(&own->start, own->browser);
    if (identity_start_address(portal->identity, &own->start, &own->address))
        return true;
    products_page_problem(exchange, 503, "unavailable");
    return false;
}

static enum store_error run_start(struct store_tx *tx, void *arguments)
{
    return identity_start_keep(tx, &((struct start_arguments *)arguments)->start);
}

static void reply_start(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct start_arguments *own = arguments;

    if (result) {
        products_page_problem(exchange, 503, "unavailable");
        return;
    }
    session_browser_set(exchange, own->browser);
    http_answer_header(exchange, "Cache-Control", "no-store");
    http_answer_see_other(exchange, text_get(&own->address));
}

static void fini_start(void *arguments)
{
    text_fini(&((struct start_arguments *)arguments)->address);
}

/* ---- the way back ---- */

struct entry_arguments {
    struct identity_entry entry;
    char browser[IDENTITY_SECRET_SIZE];
    bool refused; /* too many are being completed */
};

/* A text with a NUL in it is another text. */
static const char *whole(const char *text, size_t length)
{
    return text && strlen(text) == length ? text : NULL;
}

static const char *query(struct http_exchange *exchange, const char *name)
{
    size_t length = 0;
    const char *value = http_request_query(exchange, name, &length);

    return whole(value, length);
}

static const char *field(struct http_exchange *exchange, const char *name)
{
    size_t length = 0;
    const char *value = http_request_field(exchange, name, &length);

    return whole(value, length);
}

static bool read_callback(struct http_exchange *exchange, void *arguments)
{
    struct entry_arguments *own = arguments;

    if (!may_sign_in(exchange))
        return false;
    session_browser_read(exchange, own->browser);
    own->entry.browser_cookie = own->browser;
    own->entry.state = query(exchange, "state");
    own->entry.code = query(exchange, "code");
    own->entry.error = query(exchange, "error");
    own->entry.issuer = query(exchange, "iss");
    if (own->entry.state && *portal_of(exchange)->sign_in->issuer)
        return true;
    products_page_problem(exchange, 400, "stale");
    return false;
}

static bool read_token(struct http_exchange *exchange, void *arguments,
                       const char *(*get)(struct http_exchange *exchange, const char *name))
{
    struct entry_arguments *own = arguments;

    if (!may_sign_in(exchange))
        return false;
    const struct portal *portal = portal_of(exchange);
    const char *back = get(exchange, "return_to"), *then = get(exchange, "then");
    session_browser_read(exchange, own->browser);
    own->entry.browser_cookie = own->browser;
    own->entry.token = get(exchange, JWT_FIELD);
    own->entry.token_length = own->entry.token ? strlen(own->entry.token) : 0;
    take_places(portal, back, back ? strlen(back) : 0, then, then ? strlen(then) : 0, own->entry.back,
                own->entry.then);
    if (own->entry.token_length && *portal->sign_in->token_keys)
        return true;
    products_page_problem(exchange, 400, "denied");
    return false;
}

static bool read_query_token(struct http_exchange *exchange, void *arguments)
{
    return read_token(exchange, arguments, query);
}

static bool read_form_token(struct http_exchange *exchange, void *arguments)
{
    return read_token(exchange, arguments, field);
}

static void resume(void *exchange)
{
    http_resume(exchange);
}

static void begin_entry(struct http_exchange *exchange, void *arguments)
{
    struct entry_arguments *own = arguments;

    own->entry.done = resume;
    own->entry.context = exchange;
    own->refused = !identity_enter(portal_of(exchange)->identity, &own->entry);
    if (own->refused)
        http_resume(exchange);
}

static void reply_entry(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct entry_arguments *own = arguments;

    (void)result;
    http_answer_header(exchange, "Cache-Control", "no-store");
    if (own->refused || own->entry.result == IDENTITY_UNAVAILABLE)
        products_page_problem(exchange, 503, "unavailable");
    else if (own->entry.result == IDENTITY_STALE)
        products_page_problem(exchange, 400, "stale");
    else if (own->entry.result == IDENTITY_DENIED)
        products_page_problem(exchange, 403, "denied");
    else {
        session_set(exchange, own->entry.session);
        http_answer_see_other(exchange, *own->entry.then ? own->entry.then : AFTERWARDS);
    }
}

/* ---- POST /sign-out ---- */

struct out_arguments {
    char session[DIGEST_SIZE];
};

static bool read_out(struct http_exchange *exchange, void *arguments)
{
    struct out_arguments *own = arguments;

    if (!portal_of(exchange)->identity) {
        problem_answer(exchange, 404);
        return false;
    }
    session_read(exchange, own->session);
    return true;
}

static enum store_error run_out(struct store_tx *tx, void *arguments)
{
    return sessions_end(tx, ((const struct out_arguments *)arguments)->session);
}

static void reply_out(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    if (result) { /* the session is still there: do not say that it is not */
        problem_answer(exchange, problem_status(result));
        return;
    }
    session_clear(exchange);
    browser_cookie_clear(exchange); /* the next one at this browser is another person */
    http_answer_see_other(exchange, AFTERWARDS);
}

static const struct http_task keep_start = {.run = run_start, .writes = true};
static const struct http_task end_session = {.run = run_out, .writes = true};

const struct http_handler sign_in_start = {
    .arguments_size = sizeof(struct start_arguments),
    .read = read_start,
    .task = &keep_start,
    .reply = reply_start,
    .fini = fini_start,
};
const struct http_handler sign_in_callback = {
    .arguments_size = sizeof(struct entry_arguments),
    .read = read_callback,
    .begin = begin_entry,
    .reply = reply_entry,
};
const struct http_handler sign_in_token = {
    .arguments_size = sizeof(struct entry_arguments),
    .read = read_query_token,
    .begin = begin_entry,
    .reply = reply_entry,
};
const struct http_handler sign_in_form = {
    .arguments_size = sizeof(struct entry_arguments),
    .from_anywhere = true,
    .read = read_form_token,
    .begin = begin_entry,
    .reply = reply_entry,
};
const struct http_handler sign_out = {
    .arguments_size = sizeof(struct out_arguments),
    .read = read_out,
    .task = &end_session,
    .reply = reply_out,
};
