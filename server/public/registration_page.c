/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/registration_page.h"

#include <stdlib.h>
#include <string.h>

#include "server/portal/by_token.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/portal/session.h"
#include "server/public/registration_answers.h"
#include "server/store/store_clock.h"

#define HTML "text/html; charset=utf-8"

/* What was just done, as the address says after a redirect. */
static enum page_note note_of(struct http_exchange *exchange)
{
    static const struct {
        const char *word;
        enum page_note note;
    } notes[] = {{"code", NOTE_WRONG_CODE}, {"soon", NOTE_TOO_SOON}, {"changed", NOTE_CHANGED}};
    const char *word = http_request_query(exchange, "note", NULL);

    if (http_request_query(exchange, "on", NULL))
        return NOTE_PRESSED;
    for (size_t i = 0; word && i < sizeof notes / sizeof *notes; i++)
        if (strcmp(word, notes[i].word) == 0)
            return notes[i].note;
    return NOTE_NONE;
}

/* The page for whoever may be signed in. */
struct visit {
    struct page_arguments page; /* the first member: page_arguments_read() takes it */
    char digest[DIGEST_SIZE];
    struct session session;
};

static bool read_visit(struct http_exchange *exchange, void *arguments)
{
    struct visit *own = arguments;

    session_read(exchange, own->digest);
    return page_arguments_read(exchange, &own->page);
}

static enum store_error run_visit(struct store_tx *tx, void *arguments)
{
    struct visit *own = arguments;
    enum store_error error = session_find(tx, own->digest, &own->session);

    return error ? error : page_arguments_find.run(tx, &own->page);
}

/* Seconds to wait before the next try, as the address says. */
static long long wait_of(struct http_exchange *exchange)
{
    const char *seconds = http_request_query(exchange, "wait", NULL);
    long long wait = seconds ? strtoll(seconds, NULL, 10) : 0;

    return wait > 0 && wait <= 86400 ? wait * 1000 : 0;
}

static void render(struct http_exchange *exchange, struct page_arguments *own, bool returns, struct text *out)
{
    const struct registration *registration = &own->by_token.registration;
    const struct page_status status = {
        .registration = registration,
        .now_ms = store_clock_ms(),
        .queue_ms = waiting_ms(portal_of(exchange)->waiting, registration),
        .note = note_of(exchange),
        .wait_ms = wait_of(exchange),
        .backup_days = portal_of(exchange)->backup_days,
        .questions = page_arguments_questions(own),
        .returns = returns,
    };

    pages_status(portal_of(exchange)->pages, portal_language(exchange), &status, out);
}

static void reply_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct visit *own = arguments;
    TEXT struct text page = TEXT_EMPTY;

    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    portal_remember_language(exchange);
    render(exchange, &own->page, *own->session.back != '\0', &page);
    http_answer_tagged(exchange, HTML, &page);
}

/* Only to an address of the allowed list, which is looked at again: it may have changed. The token stays
 * here. */
static void reply_return(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct visit *own = arguments;
    const struct registration *registration = &own->page.by_token.registration;
    const char *back = own->session.back;
    TEXT struct text location = TEXT_EMPTY;
    char reference[REGISTRATION_REFERENCE_SIZE];

    if (result || !address_list_allows(portal_of(exchange)->sign_in->return_urls, back, strlen(back))) {
        problem_answer(exchange, result ? problem_status(result) : 404);
        return;
    }
    registration_reference(registration, reference);
    text_puts(&location, back);
    address_add(&location, "registration", reference);
    address_add(&location, "state", registration_result_name(registration_result(registration)));
    http_answer_header(exchange, "Cache-Control", "no-store");
    http_answer_see_other(exchange, text_get(&location));
}

/* Pressing a button twice, or on an outdated page, is not an error: the page shows the current state. */
static void reply_changed(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct by_token *own = arguments;
    TEXT struct text location = TEXT_EMPTY;

    if (result && result != STORE_ENDED) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    dispatcher_wake(portal_of(exchange)->dispatcher);
    text_printf(&location, "/registrations/%s?lang=%s", own->request.token, portal_language(exchange));
    http_answer_see_other(exchange, text_get(&location));
}

/* The page says that it was passed on. */
static void reply_pressed(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct by_token *own = arguments;
    TEXT struct text location = TEXT_EMPTY;

    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    dispatcher_wake(portal_of(exchange)->dispatcher);
    text_printf(&location, "/registrations/%s?lang=%s&on=1", own->request.token, portal_language(exchange));
    http_answer_see_other(exchange, text_get(&location));
}

/* ---- answers to questions after the arrival ---- */

static bool read_details(struct http_exchange *exchange, void *arguments)
{
    struct page_arguments *own = arguments;
    const char *key = http_request_field(exchange, "product", NULL);

    if (!problem_within_limit(exchange) || !page_arguments_read(exchange, own))
        return false;
    const struct product *product = key ? products_by_key(own->products, key) : NULL;
    if (product)
        answers_read_form(exchange, product, true, &own->answers);
    return true;
}

/* Nothing is written if an answer is wrong, or if these are not the questions of this registration: the page
 * says so, or asks the right ones. */
static enum store_error run_details(struct store_tx *tx, void *arguments)
{
    struct page_arguments *own = arguments;
    struct registration_details details;
    const char *token = own->by_token.request.token;
    enum store_error error = page_arguments_find.run(tx, own);

    if (error || !own->answers.questions.product ||
        page_arguments_product(own) != own->answers.questions.product ||
        page_questions_have_problem(&own->answers.questions))
        return error;
    answers_know(&own->answers, own->answers.questions.product, &own->found);
    answers_details(&own->answers, NULL, own->by_token.request.now, &details);
    return details_write(tx, token, &details);
}

static void reply_details(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct page_arguments *own = arguments;
    TEXT struct text page = TEXT_EMPTY;

    if (!result && page_questions_have_problem(&own->answers.questions) &&
        page_arguments_product(own) == own->answers.questions.product) {
        render(exchange, own, false, &page);
        http_answer(exchange, 422, HTML, &page);
        return;
    }
    reply_changed(exchange, &own->by_token, result);
}

static const struct http_task add_details = {.run = run_details, .writes = true, .is_paced = true};

#define ARGUMENTS .arguments_size = sizeof(struct by_token)

#define PAGE_ARGUMENTS .arguments_size = sizeof(struct page_arguments), .fini = page_arguments_fini

static const struct http_task find_visit = {.run = run_visit, .is_paced = true};

#define VISIT .arguments_size = sizeof(struct visit), .fini = page_arguments_fini

const struct http_handler registration_page = {VISIT, .read = read_visit, .task = &find_visit,
                                               .reply = reply_page};
const struct http_handler registration_page_return = {VISIT, .read = read_visit, .task = &find_visit,
                                                      .reply = reply_return};
const struct http_handler registration_page_details = {PAGE_ARGUMENTS, .read = read_details,
                                                       .task = &add_details, .reply = reply_details};
const struct http_handler registration_page_retry = {ARGUMENTS, .read = by_token_read_retry,
                                                     .task = &by_token_retry, .reply = reply_changed};
const struct http_handler registration_page_on = {ARGUMENTS, .read = by_token_read_limited,
                                                  .task = &by_token_press, .reply = reply_pressed};
const struct http_handler registration_page_cancel = {ARGUMENTS, .read = by_token_read_limited,
                                                      .task = &by_token_cancel, .reply = reply_changed};
