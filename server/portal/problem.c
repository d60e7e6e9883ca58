/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/problem.h"

#include <stdio.h>

#include "base/json_writer.h"
#include "server/portal/portal.h"

#define PROBLEM_TYPE "application/problem+json"

static const struct {
    unsigned status;
    const char *title, *detail;
} problems[] = {
    {400, "Bad request", "The request cannot be understood."},
    {401, "Unauthorized", "This address wants to know who is asking; WWW-Authenticate says how to tell."},
    {403, "Forbidden", "Whoever is asking may not do this."},
    {404, "Not found", "There is nothing at this address."},
    {405, "Method not allowed", "This address does not take this method; Allow says which it takes."},
    {409, "Conflict", "The registration is not in a state for this."},
    {413, "Content too large", "The body is larger than this address takes."},
    {415, "Unsupported media type", "The body is of another type than this address takes."},
    {422, "Unprocessable content", "The request is well-formed and cannot be followed."},
    {429, "Too many requests", "Too many requests from this address; Retry-After says when to go on."},
    {431, "Request header fields too large", "The headers are larger than this server takes: 6 KiB in all."},
    {500, "Internal error", "Something went wrong here; the log has more under this request id."},
    {503, "Unavailable",
     "The request could not be completed. Send the same request again after Retry-After seconds."},
    {505, "HTTP version not supported", "Please use HTTP/1.1."},
};

#define PROBLEM_COUNT (sizeof problems / sizeof *problems)

unsigned problem_status(enum store_error error)
{
    switch (error) {
    case STORE_OK:
        return 200;
    case STORE_NOT_FOUND:
        return 404;
    case STORE_CONFLICT:
    case STORE_ENDED:
        return 409;
    case STORE_KEY_USED:
        return 422;
    case STORE_FULL:
    case STORE_BUSY:
    case STORE_UNAVAILABLE:
        return 503;
    default:
        return 500;
    }
}

/* What a status is not complete without. */
static void add_headers(struct http_exchange *exchange, unsigned status)
{
    if (status == 503)
        http_answer_header(exchange, "Retry-After", "5");
    if (status == 401) /* RFC 9110 15.5.2; a browser shows nothing of its own for this scheme */
        http_answer_header(exchange, "WWW-Authenticate", "Bearer realm=\"expresslink-portal\"");
}

/* An object that is still open: more may be added. */
static struct json_writer begin_json(struct http_exchange *exchange, unsigned status, const char *detail,
                                     struct text *out)
{
    struct json_writer json = json_writer_into(out);
    size_t at = 0;

    while (at + 1 < PROBLEM_COUNT && problems[at].status != status)
        at++;
    json_begin_object(&json, NULL);
    json_write_text(&json, "type", "about:blank");
    json_write_text(&json, "title", problems[at].title);
    json_write_unsigned(&json, "status", status);
    json_write_text(&json, "detail", detail ? detail : problems[at].detail);
    json_write_text(&json, "request_id", http_request_id(exchange));
    return json;
}

static void answer_json(struct http_exchange *exchange, unsigned status, struct json_writer *json,
                        struct text *body)
{
    json_end_object(json);
    json_writer_finish(json);
    text_puts(body, "\n");
    http_answer(exchange, status, PROBLEM_TYPE, body);
}

void problem_answer_reason(struct http_exchange *exchange, unsigned status, const char *reason,
                           const char *detail)
{
    TEXT struct text body = TEXT_EMPTY;

    add_headers(exchange, status);
    struct json_writer json = begin_json(exchange, status, detail, &body);
    if (reason)
        json_write_text(&json, "reason", reason);
    answer_json(exchange, status, &json, &body);
}

void problem_answer_detail(struct http_exchange *exchange, unsigned status, const char *detail)
{
    problem_answer_reason(exchange, status, NULL, detail);
}

void problem_answer(struct http_exchange *exchange, unsigned status)
{
    TEXT struct text body = TEXT_EMPTY;

    if (http_request_is_api(exchange)) {
        problem_answer_detail(exchange, status, NULL);
        return;
    }
    add_headers(exchange, status);
    pages_problem(portal_of(exchange)->pages, portal_language(exchange), status, http_request_id(exchange),
                  &body);
    http_answer(exchange, status, "text/html; charset=utf-8", &body);
}

void problem_answer_identifier(struct http_exchange *exchange, const struct identifier_problem *problem)
{
    TEXT struct text body = TEXT_EMPTY;
    TEXT struct text sentence = TEXT_EMPTY;

    pages_identifier_problem(portal_of(exchange)->pages, portal_language(exchange), problem, &sentence);
    struct json_writer json = begin_json(exchange, 422, text_get(&sentence), &body);
    json_write_text(&json, "field", "identifier");
    json_write_text(&json, "reason", identifier_error_name(problem->error));
    if (problem->position)
        json_write_unsigned(&json, "position", problem->position);
    if (problem->group)
        json_write_unsigned(&json, "group", problem->group);
    answer_json(exchange, 422, &json, &body);
}

static bool is_over(struct http_exchange *exchange, struct limiter *limiter)
{
    unsigned wait = limiter_ask(limiter, http_request_client(exchange));
    char seconds[16];

    if (!wait)
        return false;
    snprintf(seconds, sizeof seconds, "%u", wait);
    http_answer_header(exchange, "Retry-After", seconds);
    return true;
}

bool problem_over_limit(struct http_exchange *exchange)
{
    return is_over(exchange, portal_of(exchange)->limiter);
}

bool problem_over_picture_limit(struct http_exchange *exchange)
{
    return is_over(exchange, portal_of(exchange)->picture_limiter);
}

bool problem_within_limit(struct http_exchange *exchange)
{
    if (!problem_over_limit(exchange))
        return true;
    problem_answer(exchange, 429);
    return false;
}
