/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/cors.h"

#include <string.h>

#include "server/http/exchange.h"

#define API "/api/v1/"
#define SEPARATORS " ,"
#define ALLOWED_HEADERS "Content-Type, Idempotency-Key, If-None-Match"
#define EXPOSED_HEADERS "ETag, Location, Retry-After, X-Request-Id"
#define ASK_AGAIN "600" /* seconds */

/* The next origin of a list; false at its end. */
static bool next_origin(const char **list, const char **origin, size_t *length)
{
    *list += strspn(*list, SEPARATORS);
    *origin = *list;
    *length = strcspn(*list, SEPARATORS);
    *list += *length;
    return *length > 0;
}

/* A browser leaves the usual port out. */
static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t end_length = strlen(end);

    return length > end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

static bool is_authority(const char *text, size_t length, const char *usual_port)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";

    return length > 0 && strspn(text, allowed) >= length && text[0] != ':' && text[length - 1] != ':' &&
           !ends_with(text, length, usual_port);
}

static bool is_origin(const char *origin, size_t length)
{
    static const struct {
        const char *scheme, *usual_port;
    } schemes[] = {{"https://", ":443"}, {"http://", ":80"}};

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t scheme = strlen(schemes[i].scheme);
        if (length > scheme && memcmp(origin, schemes[i].scheme, scheme) == 0)
            return is_authority(origin + scheme, length - scheme, schemes[i].usual_port);
    }
    return false;
}

bool cors_origins_check(const char *list, struct text *wrong)
{
    const char *origin;
    size_t length;

    while (next_origin(&list, &origin, &length)) {
        if (is_origin(origin, length))
            continue;
        text_add(wrong, origin, length);
        return false;
    }
    return true;
}

static bool is_listed(const char *list, const char *wanted)
{
    const char *origin;
    size_t length;

    while (next_origin(&list, &origin, &length))
        if (strlen(wanted) == length && memcmp(origin, wanted, length) == 0)
            return true;
    return false;
}

static bool is_of_api(const struct http_exchange *exchange)
{
    return exchange->options->side == HTTP_PUBLIC && strncmp(exchange->target, API, strlen(API)) == 0;
}

static const char *listed_origin(const struct http_exchange *exchange)
{
    const char *list = exchange->options->cors_origins;
    const char *origin = http_request_header(exchange, "Origin");

    return list && origin && is_of_api(exchange) && is_listed(list, origin) ? origin : NULL;
}

bool cors_allow(struct http_exchange *exchange)
{
    const char *list = exchange->options->cors_origins;
    const char *origin = listed_origin(exchange);

    if (list && *list && is_of_api(exchange))
        http_answer_header(exchange, "Vary", "Origin"); /* also for others: a cache must not mix them up */
    if (!origin)
        return false;
    http_answer_header(exchange, "Access-Control-Allow-Origin", origin);
    http_answer_header(exchange, "Access-Control-Expose-Headers", EXPOSED_HEADERS);
    return true;
}

bool cors_is_preflight(const struct http_exchange *exchange)
{
    return strcmp(exchange->method_name, "OPTIONS") == 0 && exchange->match.path_known &&
           http_request_header(exchange, "Access-Control-Request-Method") && listed_origin(exchange);
}

void cors_answer_preflight(struct http_exchange *exchange)
{
    const struct http_options *options = exchange->options;
    TEXT struct text methods = TEXT_EMPTY;

    route_allowed(options->routes, options->route_count, options->side, exchange->target, &methods);
    http_answer_header(exchange, "Access-Control-Allow-Methods", text_get(&methods));
    http_answer_header(exchange, "Access-Control-Allow-Headers", ALLOWED_HEADERS);
    http_answer_header(exchange, "Access-Control-Max-Age", ASK_AGAIN);
    http_answer(exchange, 204, NULL, NULL);
}
