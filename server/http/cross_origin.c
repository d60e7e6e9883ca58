/* SPDX-License-Identifier: Apache-2.0 */
/* What an exchange says to pages of other origins: the part of the Fetch standard's "CORS protocol" that
 * needs no cookies. */
#include <string.h>

#include "server/http/cors.h"
#include "server/http/exchange.h"

#define API "/api/v1/"
#define ALLOWED_HEADERS "Content-Type, Idempotency-Key, If-None-Match"
#define EXPOSED_HEADERS "ETag, Location, Retry-After, X-Request-Id"
#define ASK_AGAIN "600" /* seconds */

static bool is_of_api(const struct http_exchange *exchange)
{
    return exchange->options->side == HTTP_PUBLIC && strncmp(exchange->target, API, strlen(API)) == 0;
}

static const char *listed_origin(const struct http_exchange *exchange)
{
    const char *list = exchange->options->cors_origins;
    const char *origin = http_request_header(exchange, "Origin");

    return list && origin && is_of_api(exchange) && cors_is_listed(list, origin) ? origin : NULL;
}

bool exchange_allow_origin(struct http_exchange *exchange)
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

bool exchange_is_preflight(const struct http_exchange *exchange)
{
    return strcmp(exchange->method_name, "OPTIONS") == 0 && exchange->match.path_known &&
           http_request_header(exchange, "Access-Control-Request-Method") && listed_origin(exchange);
}

void exchange_answer_preflight(struct http_exchange *exchange)
{
    const struct http_options *options = exchange->options;
    TEXT struct text methods = TEXT_EMPTY;

    route_allowed(options->routes, options->route_count, options->side, exchange->target, &methods);
    http_answer_header(exchange, "Access-Control-Allow-Methods", text_get(&methods));
    http_answer_header(exchange, "Access-Control-Allow-Headers", ALLOWED_HEADERS);
    http_answer_header(exchange, "Access-Control-Max-Age", ASK_AGAIN);
    http_answer(exchange, 204, NULL, NULL);
}
