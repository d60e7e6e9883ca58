/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/http/url.h"

struct http_exchange *exchange_new(const struct http_options *options, const char *target)
{
    struct http_exchange *exchange = memory_new(1, sizeof *exchange);

    exchange->options = options;
    exchange->started = clock_monotonic_ms();
    exchange->raw_length = strlen(target);
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
    log_event(LOG_INFO, "http.request", "method", exchange->method, "route", route ? route->pattern : "none",
              "status", LOG_NUMBER(exchange->status), "ms",
              LOG_NUMBER(clock_monotonic_ms() - exchange->started), NULL);
    log_set_request(NULL);
}

void exchange_free(struct http_exchange *exchange)
{
    if (!exchange)
        return;
    log_answer(exchange);
    if (exchange->arguments && exchange->match.route->handler->fini)
        exchange->match.route->handler->fini(exchange->arguments);
    free(exchange->arguments);
    text_fini(&exchange->body);
    text_fini(&exchange->parameter);
    for (size_t i = 0; i < exchange->field_count; i++)
        text_fini(&exchange->fields[i]);
    for (size_t i = 0; i < exchange->header_count; i++)
        free((char *)(uintptr_t)exchange->headers[i].value);
    free(exchange->target);
    free(exchange);
}

/* ---- what a handler reads ---- */

void *http_app(const struct http_exchange *exchange)
{
    return exchange->options->app;
}

const char *http_request_id(const struct http_exchange *exchange)
{
    return exchange->id;
}

const char *http_request_parameter(const struct http_exchange *exchange, size_t *length)
{
    if (length)
        *length = exchange->parameter.length;
    return text_get(&exchange->parameter);
}

static const char *decoded_field(struct http_exchange *exchange, const char *fields, size_t fields_length,
                                 const char *name, size_t *length)
{
    if (exchange->field_count == EXCHANGE_FIELDS_MAX)
        return NULL;
    struct text *value = &exchange->fields[exchange->field_count];
    if (!url_field(fields, fields_length, name, value))
        return NULL;
    exchange->field_count++;
    if (length)
        *length = value->length;
    return text_get(value);
}

const char *http_request_query(struct http_exchange *exchange, const char *name, size_t *length)
{
    return exchange->query ? decoded_field(exchange, exchange->query, strlen(exchange->query), name, length)
                           : NULL;
}

const char *http_request_body(const struct http_exchange *exchange, size_t *length)
{
    *length = exchange->body.length;
    return text_get(&exchange->body);
}

const char *http_request_field(struct http_exchange *exchange, const char *name, size_t *length)
{
    return decoded_field(exchange, text_get(&exchange->body), exchange->body.length, name, length);
}

bool http_request_is_api(const struct http_exchange *exchange)
{
    return exchange->options->side == HTTP_ADMIN || strncmp(exchange->target, "/api/", 5) == 0;
}

/* ---- what a handler answers ---- */

void http_answer_header(struct http_exchange *exchange, const char *name, const char *value)
{
    if (exchange->header_count == EXCHANGE_HEADERS_MAX)
        abort();
    exchange->headers[exchange->header_count++] = (struct http_header){name, memory_string(value)};
}

bool exchange_has_answer_header(const struct http_exchange *exchange, const char *name)
{
    for (size_t i = 0; i < exchange->header_count; i++)
        if (strcasecmp(exchange->headers[i].name, name) == 0)
            return true;
    return false;
}

void http_answer_tagged(struct http_exchange *exchange, const char *content_type, struct text *body)
{
    const char *known = http_request_header(exchange, "If-None-Match");
    char tag[24];

    snprintf(tag, sizeof tag, "\"%016llx\"",
             (unsigned long long)hash_bytes(HASH_START, text_get(body), body->length));
    http_answer_header(exchange, "ETag", tag);
    http_answer_header(exchange, "Cache-Control", "private, no-cache");
    if (!known || (strcmp(known, "*") != 0 && !strstr(known, tag))) {
        http_answer(exchange, 200, content_type, body);
        return;
    }
    text_fini(body);
    http_answer(exchange, 304, NULL, NULL);
}

void http_answer_see_other(struct http_exchange *exchange, const char *location)
{
    http_answer_header(exchange, "Location", location);
    http_answer(exchange, 303, NULL, NULL);
}

/* ---- its way ---- */

static enum http_method method_of(const char *name)
{
    if (strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0)
        return HTTP_GET;
    return strcmp(name, "POST") == 0 ? HTTP_POST : HTTP_METHOD_OTHER;
}

static bool has_type(const struct http_exchange *exchange, const char *wanted)
{
    const char *type = http_request_header(exchange, "Content-Type");
    size_t length = strlen(wanted);

    return type && strncasecmp(type, wanted, length) == 0 && (!type[length] || strchr("; \t", type[length]));
}

static unsigned refusal(struct http_exchange *exchange, const char *version, const struct framing *framing,
                        size_t target_room)
{
    const struct http_options *options = exchange->options;
    unsigned refused = framing_verdict(framing, version);

    if (refused)
        return refused;
    if (target_room != exchange->raw_length || !framing_target_is_sound(exchange->target))
        return 400;
    exchange->match = route_find(options->routes, options->route_count, options->side,
                                 method_of(exchange->method), exchange->target);
    const struct http_route *route = exchange->match.route;
    if (!route)
        return exchange->match.path_known ? 405 : 404;
    url_decode(exchange->match.parameter, exchange->match.parameter_length, false, &exchange->parameter);
    if (framing->content_length > route->body_limit)
        return 413;
    return route->body_type && !has_type(exchange, route->body_type) ? 415 : 0;
}

static void make_arguments(struct http_exchange *exchange)
{
    size_t size = exchange->match.route->handler->arguments_size;

    if (size && !exchange->arguments)
        exchange->arguments = memory_new(1, size);
}

/* The route's own say, before the body. */
static unsigned admission(struct http_exchange *exchange, const struct framing *framing)
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

void exchange_look(struct http_exchange *exchange, const char *version, const struct framing *framing,
                   size_t target_room)
{
    exchange->failure = refusal(exchange, version, framing, target_room);
    if (!exchange->failure)
        exchange->failure = admission(exchange, framing);
    /* Answered before the body, for a client that asked first or that would send for long. With an unknown
     * encoding the library would wait for the body's end for ever. */
    if (exchange->failure && (framing->bad || framing->content_length > EXCHANGE_DISCARD_MAX ||
                              http_request_header(exchange, "Expect")))
        exchange_refuse(exchange, exchange->failure);
}

void exchange_refuse(struct http_exchange *exchange, unsigned status)
{
    const struct http_options *options = exchange->options;
    const struct http_route *route = exchange->match.route;
    TEXT struct text allowed = TEXT_EMPTY;

    if (status == 405) {
        route_allowed(options->routes, options->route_count, options->side, exchange->target, &allowed);
        http_answer_header(exchange, "Allow", text_get(&allowed));
    }
    /* Where the end of this request is in doubt, so is the start of the next. */
    if (status == 400 || status == 413 || status == 505)
        http_answer_header(exchange, "Connection", "close");
    bool told = (status == 413 || exchange->not_admitted) && route && route->handler->refuse;
    if (told)
        route->handler->refuse(exchange, status);
    else
        options->error_answer(exchange, status);
}

void exchange_take_body(struct http_exchange *exchange, const char *bytes, size_t length)
{
    if (!exchange->failure && exchange->body.length + length > exchange->match.route->body_limit)
        exchange->failure = 413;
    if (!exchange->failure) {
        text_add(&exchange->body, bytes, length);
        return;
    }
    text_fini(&exchange->body);
    exchange->discarded += length;
    if (exchange->discarded > EXCHANGE_DISCARD_MAX)
        watchdog_extend(exchange->watched, 0);
}

static enum store_error run_in_store(struct store_tx *tx, void *argument)
{
    struct http_exchange *exchange = argument;

    return exchange->match.route->handler->run(tx, exchange->arguments);
}

static enum store_error run_together_in_store(struct store_tx *tx, void *const exchanges[],
                                              enum store_error results[], size_t count)
{
    const struct http_exchange *first = exchanges[0];
    OWNED void **arguments = memory_new(count, sizeof *arguments);

    for (size_t i = 0; i < count; i++)
        arguments[i] = ((struct http_exchange *)exchanges[i])->arguments;
    return first->match.route->handler->run_together(tx, arguments, results, count);
}

static void ran_in_store(void *argument, enum store_error result)
{
    struct http_exchange *exchange = argument;

    exchange->result = result;
    http_resume(exchange);
}

void http_resume(struct http_exchange *exchange)
{
    exchange->state = EXCHANGE_RAN;
    exchange_resume(exchange);
}

void exchange_reply(struct http_exchange *exchange)
{
    exchange->match.route->handler->reply(exchange, exchange->arguments, exchange->result);
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
    if (!handler->run && !handler->begin) {
        exchange_reply(exchange);
        return;
    }
    exchange->state = EXCHANGE_AWAY;
    if (handler->begin) {
        exchange_suspend(exchange);
        handler->begin(exchange, exchange->arguments);
        return;
    }
    exchange->job = (struct store_job){
        .run = run_in_store, .done = ran_in_store, .argument = exchange, .writes = handler->run_writes};
    if (handler->run_together) {
        exchange->job.kind = handler;
        exchange->job.run_together = run_together_in_store;
    }
    exchange_suspend(exchange);
    enum store_error error = store_submit(exchange->options->store, &exchange->job);
    if (error)
        ran_in_store(exchange, error);
}
