/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/exchange.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/http/origin.h"
#include "server/http/url.h"

#define REPLY_TIMEOUT_MS 60000
#define PREFLIGHT 204 /* instead of a failure: the answer to a browser's question, see exchange.h */

struct http_exchange *exchange_new(const struct http_options *options, const char *target)
{
    struct http_exchange *exchange = memory_new(1, sizeof *exchange);

    exchange->options = options;
    exchange->started = clock_monotonic_ms();
    exchange->target = memory_string(target);
    char *query = strchr(exchange->target, '?');
    if (query) {
        *query = '\0';
        exchange->query = query + 1;
    }
    return exchange;
}

static void log_answer(const struct http_exchange *exchange)
{
    const struct http_route *route = exchange->match.route;

    if (!exchange->status || !exchange->options->log_requests)
        return;
    log_set_request(exchange->id);
    log_event(LOG_INFO, "http.request_answered", "method", exchange->method_name, "route",
              route ? route->pattern : "none", "status", LOG_NUMBER(exchange->status), "ms",
              LOG_NUMBER(clock_monotonic_ms() - exchange->started), NULL);
    log_set_request(NULL);
}

void exchange_free(struct http_exchange *exchange)
{
    if (!exchange)
        return;
    log_answer(exchange);
    if (exchange->stream.how && exchange->stream.how->ended)
        exchange->stream.how->ended(exchange->arguments, exchange->stream.whole);
    text_fini(&exchange->stream.piece);
    if (exchange->arguments && exchange->match.route->handler->fini)
        exchange->match.route->handler->fini(exchange->arguments);
    free(exchange->arguments);
    text_fini(&exchange->body);
    for (size_t i = 0; i < HTTP_PARAMETERS_MAX; i++)
        text_fini(&exchange->parameters[i]);
    exchange_fields_free(exchange->fields);
    for (size_t i = 0; i < exchange->header_count; i++)
        free((char *)(uintptr_t)exchange->headers[i].value);
    free(exchange->target);
    free(exchange);
}

static bool has_type(const struct http_exchange *exchange, const char *wanted)
{
    const char *type = http_request_header(exchange, "Content-Type");
    size_t length = strlen(wanted);

    return type && strncasecmp(type, wanted, length) == 0 && (!type[length] || strchr("; \t", type[length]));
}

/* Only what a form sends: JSON from a page of another site would be asked for first (CORS), and is refused.
 */
static bool is_forged(const struct http_exchange *exchange)
{
    const struct origin origin = {
        http_request_header(exchange, "Sec-Fetch-Site"),
        http_request_header(exchange, "Origin"),
        http_request_header(exchange, "Host"),
    };
    const char *public_url = exchange->options->public_url;

    return !exchange->match.route->handler->from_anywhere && exchange->method != HTTP_GET &&
           exchange->method != HTTP_HEAD && !http_request_is_api(exchange) &&
           origin_is_foreign(&origin, public_url ? public_url : "");
}

static unsigned check_request(struct http_exchange *exchange, const struct exchange_head *head)
{
    const struct http_options *options = exchange->options;
    unsigned refused = framing_verdict(&head->framing, head->version);

    if (refused)
        return refused;
    if (!head->target_whole || !framing_target_is_sound(exchange->target))
        return 400;
    exchange->match =
        route_find(options->routes, options->route_count, options->side, exchange->method, exchange->target);
    if (head->size > EXCHANGE_HEAD_MAX)
        return 431;
    const struct http_route *route = exchange->match.route;
    if (!route)
        return exchange->match.path_known ? 405 : 404;
    for (size_t i = 0; i < exchange->match.parameter_count; i++)
        url_decode(exchange->match.parameters[i].start, exchange->match.parameters[i].length, false,
                   &exchange->parameters[i]);
    if (is_forged(exchange))
        return 403;
    if (head->framing.content_length > route->body_limit)
        return 413;
    if (!head->seated)
        return 429;
    return route->body_type && !has_type(exchange, route->body_type) ? 415 : 0;
}

static void make_arguments(struct http_exchange *exchange)
{
    size_t size = exchange->match.route->handler->arguments_size;

    if (size && !exchange->arguments)
        exchange->arguments = memory_new(1, size);
}

/* Asks the route's handler whether to accept the request, before the body is read. */
static unsigned ask_handler(struct http_exchange *exchange, const struct framing *framing)
{
    const struct http_handler *handler = exchange->match.route->handler;

    if (!handler->admit)
        return 0;
    make_arguments(exchange);
    unsigned refused = handler->admit(exchange, exchange->arguments);
    exchange->not_admitted = refused != 0;
    if (!refused)
        watchdog_extend(exchange->watched,
                        exchange->options->request_timeout_ms +
                            (long long)(framing->content_length / EXCHANGE_SLOWEST * 1000));
    return refused;
}

void exchange_refuse(struct http_exchange *exchange, unsigned status)
{
    const struct http_options *options = exchange->options;
    const struct http_route *route = exchange->match.route;
    TEXT struct text allowed = TEXT_EMPTY;

    if (status == PREFLIGHT) {
        exchange_answer_preflight(exchange);
        return;
    }
    if (status == 405) {
        route_allowed(options->routes, options->route_count, options->side, exchange->target, &allowed);
        http_answer_header(exchange, "Allow", text_get(&allowed));
    }
    /* If it is unclear where this request ends, it is unclear where the next one starts. */
    if (status == 400 || status == 413 || status == 431 || status == 505)
        http_answer_header(exchange, "Connection", "close");
    if (status == 429 && !exchange->not_admitted)
        http_answer_header(exchange, "Retry-After", "1");
    bool by_handler =
        (status == 413 || status == 503 || exchange->not_admitted) && route && route->handler->refuse;
    if (by_handler)
        route->handler->refuse(exchange, status);
    else
        options->error_answer(exchange, status);
}

void exchange_check_head(struct http_exchange *exchange, const struct exchange_head *head)
{
    exchange->method_name = head->method;
    exchange->method = route_method(head->method);
    exchange->failure = check_request(exchange, head);
    if (exchange_allow_origin(exchange) && exchange->failure == 405 && exchange_is_preflight(exchange))
        exchange->failure = PREFLIGHT;
    if (!exchange->failure)
        exchange->failure = ask_handler(exchange, &head->framing);
    /* Answer before the body is read if the client waits for permission (Expect) or would send a long body.
     * With an unknown transfer encoding libmicrohttpd would wait for the end of the body forever. */
    if (exchange->failure && (head->framing.bad || head->framing.content_length > EXCHANGE_DISCARD_MAX ||
                              http_request_header(exchange, "Expect")))
        exchange_refuse(exchange, exchange->failure);
}

static bool reserve(struct http_exchange *exchange, size_t length)
{
    while (length > EXCHANGE_BODY_FREE + exchange->reserved) {
        if (!exchange->seat || !seats_take_bytes(exchange->seats, exchange->seat, EXCHANGE_BODY_STEP))
            return false;
        exchange->reserved += EXCHANGE_BODY_STEP;
    }
    return true;
}

void exchange_refuse_body(struct http_exchange *exchange)
{
    if (!exchange->failure)
        exchange->failure = 400;
}

void exchange_take_body(struct http_exchange *exchange, const char *bytes, size_t length)
{
    if (!exchange->failure && exchange->body.length + length > exchange->match.route->body_limit)
        exchange->failure = 413;
    if (!exchange->failure && !reserve(exchange, exchange->body.length + length))
        exchange->failure = 503;
    if (!exchange->failure) {
        text_add(&exchange->body, bytes, length);
        return;
    }
    text_fini(&exchange->body);
    if (exchange->reserved > 0)
        seats_drop_bytes(exchange->seats, exchange->seat);
    exchange->reserved = 0;
    exchange->discarded += length;
    if (exchange->discarded > EXCHANGE_DISCARD_MAX)
        watchdog_extend(exchange->watched, 0);
}

void http_resume(struct http_exchange *exchange)
{
    if (exchange->state != EXCHANGE_STREAMING)
        exchange->state = EXCHANGE_WORK_DONE;
    exchange->transport->resume(exchange);
}

void http_work_done(struct http_work *work, unsigned result)
{
    struct http_exchange *exchange = (void *)((char *)work - offsetof(struct http_exchange, work));

    exchange->result = result;
    http_resume(exchange);
}

void exchange_reply(struct http_exchange *exchange)
{
    exchange->match.route->handler->reply(exchange, exchange->arguments, exchange->result);
}

void exchange_hand_over(struct http_exchange *exchange)
{
    const struct http_options *options = exchange->options;
    const struct http_handler *handler = exchange->match.route->handler;

    /* Suspend first: the work may be done before this thread continues. */
    exchange->transport->suspend(exchange);
    if (handler->begin) {
        handler->begin(exchange, exchange->arguments);
        return;
    }
    exchange->work = (struct http_work){handler->task, exchange->arguments};
    unsigned refused = options->take(options->take_context, &exchange->work);
    if (refused)
        http_work_done(&exchange->work, refused);
}

void exchange_handle(struct http_exchange *exchange)
{
    if (exchange->failure) {
        exchange_refuse(exchange, exchange->failure);
        return;
    }
    const struct http_handler *handler = exchange->match.route->handler;
    make_arguments(exchange);
    if (handler->read && !handler->read(exchange, exchange->arguments))
        return;
    if (!handler->task && !handler->begin) {
        exchange_reply(exchange);
        return;
    }
    exchange->state = EXCHANGE_SUSPENDED;
    exchange_hand_over(exchange);
}

long long exchange_reply_timeout_ms(const struct http_exchange *exchange)
{
    long long configured = exchange->options->reply_timeout_ms;

    return configured ? configured : REPLY_TIMEOUT_MS;
}
