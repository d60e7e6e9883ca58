/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/registration_page.h"

#include <string.h>

#include "server/portal/by_token.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
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

static void reply_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct by_token *own = arguments;
    TEXT struct text page = TEXT_EMPTY;

    if (result) {
        problem_answer(exchange, problem_status(result));
        return;
    }
    const long long now = store_clock_ms();
    const struct page_status status = {
        .registration = &own->registration,
        .now_ms = now,
        .queue_ms = waiting_ms(portal_of(exchange)->waiting, &own->registration),
        .note = note_of(exchange),
        .backup_days = portal_of(exchange)->backup_days,
    };
    portal_remember_language(exchange);
    pages_status(portal_of(exchange)->pages, portal_language(exchange), &status, &page);
    http_answer_tagged(exchange, HTML, &page);
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

#define ARGUMENTS .arguments_size = sizeof(struct by_token)

const struct http_handler registration_page = {ARGUMENTS, .read = by_token_read, .task = &by_token_find,
                                               .reply = reply_page};
const struct http_handler registration_page_retry = {ARGUMENTS, .read = by_token_read_retry,
                                                     .task = &by_token_retry, .reply = reply_changed};
const struct http_handler registration_page_on = {ARGUMENTS, .read = by_token_read_limited,
                                                  .task = &by_token_press, .reply = reply_pressed};
const struct http_handler registration_page_cancel = {ARGUMENTS, .read = by_token_read_limited,
                                                      .task = &by_token_cancel, .reply = reply_changed};
