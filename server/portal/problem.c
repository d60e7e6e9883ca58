/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/problem.h"

#include <stdio.h>

#include "base/json_writer.h"
#include "server/http/client.h"
#include "server/portal/portal.h"

#define PROBLEM_TYPE "application/problem+json"

static const struct {
    unsigned status;
    const char *title, *detail;
} problems[] = {
    {400, "Bad request", "The request is malformed. Check its path, headers and body."},
    {401, "Unauthorized", "This address requires authentication. WWW-Authenticate says which kind."},
    {403, "Forbidden",
     "You do not have permission for this request. Ask the operator of this portal for it."},
    {404, "Not found", "There is nothing at this address. Check that the address is complete and correct."},
    {405, "Method not allowed", "This address does not support this method. Use a method listed in Allow."},
    {409, "Conflict", "The registration does not allow this in its current state. Read its state first."},
    {413, "Content too large", "The body is too large for this address. Send a smaller one."},
    {415, "Unsupported media type",
     "The body has the wrong type for this address. Set Content-Type as the API description says."},
    {422, "Unprocessable content",
     "The contents of the request are not valid. Correct them and send it again."},
    {429, "Too many requests",
     "There were too many requests from your network address. Wait for Retry-After seconds, then try again."},
    {431, "Request header fields too large",
     "The request line and headers are larger than 6 KiB. Send fewer or shorter headers."},
    {500, "Internal error",
     "The portal failed. Give the request_id to its operator, who can find it in the log."},
    {503, "Unavailable",
     "The portal cannot complete the request now. Send the same request again after Retry-After seconds."},
    {505, "HTTP version not supported", "This HTTP version is not supported. Use HTTP/1.1."},
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
    case STORE_UNLISTED:
        return 422;
    case STORE_FULL:
    case STORE_BUSY:
    case STORE_UNAVAILABLE:
        return 503;
    default:
        return 500;
    }
}

/* Adds the headers that a status requires. */
static void add_headers(struct http_exchange *exchange, unsigned status)
{
    if (status == 503)
        http_answer_header(exchange, "Retry-After", "5");
    if (status == 401) /* RFC 9110 section 15.5.2; browsers show no dialog for this scheme */
        http_answer_header(exchange, "WWW-Authenticate", "Bearer realm=\"expresslink-portal\"");
}

/* The row of a status. One that has none is told by its class. */
static size_t problem_at(unsigned status)
{
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        if (problems[i].status == status)
            return i;
    return problem_at(status >= 400 && status < 500 ? 400 : 500);
}

/* Begins the JSON object; the caller may add members. */
static struct json_writer begin_json(struct http_exchange *exchange, unsigned status, const char *detail,
                                     struct text *out)
{
    struct json_writer json = json_writer_into(out);
    const size_t at = problem_at(status);

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

bool problem_network_full(struct http_exchange *exchange)
{
    if (!waiting_is_full(portal_of(exchange)->waiting, client_network(http_request_client(exchange))))
        return false;
    http_answer_header(exchange, "Retry-After", "60");
    return true;
}

bool problem_network_has_room(struct http_exchange *exchange)
{
    if (!problem_network_full(exchange))
        return true;
    if (http_request_is_api(exchange))
        problem_answer_detail(exchange, 429,
                              "Too many registrations from your network are waiting for their devices. Wait "
                              "for Retry-After seconds, then try again.");
    else
        problem_answer(exchange, 429);
    return false;
}

bool problem_within_limit(struct http_exchange *exchange)
{
    if (!problem_over_limit(exchange))
        return true;
    problem_answer(exchange, 429);
    return false;
}
