/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/products_page.h"

#include <stdlib.h>
#include <string.h>

#include "server/portal/by_token.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/portal/session.h"
#include "server/portal/task.h"
#include "server/store/store_clock.h"

#define HTML "text/html; charset=utf-8"
#define PAGES_MAX 1000

struct arguments {
    char digest[DIGEST_SIZE];
    struct session session;
    struct person_page page;
};

static void answer(struct http_exchange *exchange, unsigned status, struct page_products *shown)
{
    const struct portal *portal = portal_of(exchange);
    TEXT struct text page = TEXT_EMPTY;

    shown->can_begin = *portal->sign_in->issuer || *portal->sign_in->token_url;
    portal_remember_language(exchange);
    pages_products(portal->pages, portal_language(exchange), shown, &page);
    if (status == 200)
        http_answer_tagged(exchange, HTML, &page);
    else
        http_answer(exchange, status, HTML, &page);
}

void products_page_problem(struct http_exchange *exchange, unsigned status, const char *problem)
{
    struct page_products shown = {.problem = problem, .request_id = http_request_id(exchange)};

    if (status == 503)
        http_answer_header(exchange, "Retry-After", "60");
    answer(exchange, status, &shown);
}

static unsigned page_number(struct http_exchange *exchange)
{
    const char *text = http_request_query(exchange, "page", NULL);
    long number = text && strspn(text, "0123456789") == strlen(text) ? strtol(text, NULL, 10) : 1;

    return number >= 1 && number <= PAGES_MAX ? (unsigned)number - 1 : 0;
}

static bool read_products(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;

    if (!portal_of(exchange)->identity) {
        problem_answer(exchange, 404);
        return false;
    }
    session_read(exchange, own->digest);
    own->page.number = page_number(exchange);
    return true;
}

/* As its private page does: what this person may see of whose device it is. */
static enum store_error show(struct store_tx *tx, struct registration *registration)
{
    struct by_token by_token = {.request.now = store_clock_ms()};

    memcpy(by_token.request.token, registration->token, sizeof registration->token);
    enum store_error error = by_token_show(tx, &by_token);
    if (!error)
        *registration = by_token.registration;
    return error;
}

static enum store_error run_products(struct store_tx *tx, void *arguments)
{
    struct arguments *own = arguments;
    enum store_error error = session_find(tx, own->digest, &own->session);

    if (error || !own->session.person_id)
        return error;
    own->page.person_id = own->session.person_id;
    error = persons_registrations(tx, &own->page);
    for (size_t i = 0; i < own->page.count && !error; i++)
        error = show(tx, &own->page.list[i]);
    return error;
}

static void reply_products(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct arguments *own = arguments;
    struct page_products shown = {
        .is_signed_in = own->session.person_id != 0,
        .list = own->page.list,
        .count = own->page.count,
        .number = own->page.number + 1,
        .more = own->page.more && own->page.number + 1 < PAGES_MAX,
        .back = own->session.back,
    };

    if (result)
        problem_answer(exchange, problem_status(result));
    else
        answer(exchange, 200, &shown);
}

static const struct http_task find_products = {.run = run_products};

const struct http_handler products_page = {
    .arguments_size = sizeof(struct arguments),
    .read = read_products,
    .task = &find_products,
    .reply = reply_products,
};
