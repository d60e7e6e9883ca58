/* SPDX-License-Identifier: Apache-2.0 */
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "server/http/client.h"
#include "server/http/framing.h"
#include "server/http/http.h"
#include "server/http/listen.h"
#include "server/http/route.h"
#include "server/http/url.h"
#include "server/http/watchdog.h"

#define CONNECTION_MEMORY (16 * 1024) /* headers and the head of a body; more header is answered 431 by the library */
#define REPLY_TIMEOUT_MS 60000
#define DISCARD_MAX (8u << 20) /* of a body that is too large, read before the answer so that the client sees it */
#define HEADERS_MAX 12
#define POOL_MAX 8
#define ID_SIZE 17

static const unsigned counted_statuses[] = {200, 202, 303, 304, 400, 404, 405, 409, 413, 415, 422, 429, 500, 503, 0};
#define STATUS_COUNT (sizeof counted_statuses / sizeof *counted_statuses)

struct http_page {
    struct MHD_Response *response;
};

struct http_server {
    struct http_options options;
    struct MHD_Daemon *daemon;
    struct client_networks *trusted;
    struct watchdog *watchdog;
    int socket;
    struct text address;
    char id_prefix[9];
    atomic_uint next_id;
    atomic_uint active;      /* exchanges under way */
    atomic_uint connections;
    atomic_bool draining;
    atomic_ulong (*counts)[STATUS_COUNT]; /* [route, the last for none][status, the last for others] */
};

enum exchange_state { EXCHANGE_NEW, EXCHANGE_READING, EXCHANGE_IN_STORE, EXCHANGE_RAN };

struct http_exchange {
    struct http_server *server;
    struct MHD_Connection *connection;
    struct watched *watched;
    enum exchange_state state;
    char id[ID_SIZE];
    char *target; /* raw, cut at the '?' */
    const char *query;
    const char *raw_target; /* where the library has it, to see whether a NUL cut it */
    size_t raw_length;
    struct route_match match;
    const char *method;
    unsigned failure; /* status decided without looking at the body */
    struct text body, parameter;
    size_t discarded;
    struct text pool[POOL_MAX]; /* decoded fields */
    size_t pool_used;
    char client[CLIENT_SIZE];
    void *arguments;
    struct store_job job;
    enum store_error result;
    struct http_header headers[HEADERS_MAX];
    char *header_values[HEADERS_MAX];
    size_t header_count;
    unsigned status; /* 0: not answered yet */
    enum MHD_Result queued;
    long long started;
};

static const struct http_header always_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {NULL, NULL},
};

static const struct http_header html_headers[] = {
    {"Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
                                " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
    {NULL, NULL},
};

static void add_headers(struct MHD_Response *response, const struct http_header *headers)
{
    for (; headers->name; headers++)
        MHD_add_response_header(response, headers->name, headers->value);
}

static struct MHD_Response *new_response(const char *content_type, size_t length, void *bytes,
                                         enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(length, bytes, mode);

    if (!response)
        abort();
    add_headers(response, always_headers);
    if (content_type && strncmp(content_type, "text/html", 9) == 0)
        add_headers(response, html_headers);
    if (content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    return response;
}

/* ---- reading ---- */

void *http_app(const struct http_exchange *exchange)
{
    return exchange->server->options.app;
}

const char *http_request_id(const struct http_exchange *exchange)
{
    return exchange->id;
}

const char *http_request_header(const struct http_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const char *http_request_parameter(const struct http_exchange *exchange, size_t *length)
{
    if (length)
        *length = exchange->parameter.length;
    return text_get(&exchange->parameter);
}

static const char *pooled_field(struct http_exchange *exchange, const char *fields, size_t fields_length,
                                const char *name, size_t *length)
{
    if (exchange->pool_used == POOL_MAX)
        return NULL;
    struct text *value = &exchange->pool[exchange->pool_used];
    if (!url_field(fields, fields_length, name, value))
        return NULL;
    exchange->pool_used++;
    if (length)
        *length = value->length;
    return text_get(value);
}

const char *http_request_query(struct http_exchange *exchange, const char *name, size_t *length)
{
    return exchange->query ? pooled_field(exchange, exchange->query, strlen(exchange->query), name, length) : NULL;
}

const char *http_request_body(const struct http_exchange *exchange, size_t *length)
{
    *length = exchange->body.length;
    return text_get(&exchange->body);
}

const char *http_request_field(struct http_exchange *exchange, const char *name, size_t *length)
{
    return pooled_field(exchange, text_get(&exchange->body), exchange->body.length, name, length);
}

const char *http_request_client(struct http_exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    client_address(exchange->server->trusted, info ? info->client_addr : NULL,
                   http_request_header(exchange, "X-Forwarded-For"), exchange->client);
    return exchange->client;
}

bool http_request_is_api(const struct http_exchange *exchange)
{
    return exchange->server->options.side == HTTP_ADMIN || strncmp(exchange->target, "/api/", 5) == 0;
}

/* ---- answering ---- */

static void count_answer(struct http_exchange *exchange, unsigned status)
{
    struct http_server *server = exchange->server;
    size_t route = exchange->match.route ? exchange->match.index : server->options.route_count;
    size_t at = 0;

    while (counted_statuses[at] && counted_statuses[at] != status)
        at++;
    atomic_fetch_add_explicit(&server->counts[route][at], 1, memory_order_relaxed);
}

static void queue_response(struct http_exchange *exchange, unsigned status, struct MHD_Response *response)
{
    exchange->status = status;
    watchdog_extend(exchange->watched, REPLY_TIMEOUT_MS);
    exchange->queued = MHD_queue_response(exchange->connection, status, response);
    count_answer(exchange, status);
}

void http_answer_header(struct http_exchange *exchange, const char *name, const char *value)
{
    if (exchange->header_count == HEADERS_MAX)
        abort();
    exchange->header_values[exchange->header_count] = memory_string(value);
    exchange->headers[exchange->header_count].name = name;
    exchange->headers[exchange->header_count].value = exchange->header_values[exchange->header_count];
    exchange->header_count++;
}

static bool has_header(const struct http_exchange *exchange, const char *name)
{
    for (size_t i = 0; i < exchange->header_count; i++)
        if (strcasecmp(exchange->headers[i].name, name) == 0)
            return true;
    return false;
}

void http_answer(struct http_exchange *exchange, unsigned status, const char *content_type, struct text *body)
{
    size_t length = body ? body->length : 0;
    char *bytes = body ? text_take(body) : memory_string("");
    struct MHD_Response *response = new_response(content_type, length, bytes, MHD_RESPMEM_MUST_FREE);

    for (size_t i = 0; i < exchange->header_count; i++)
        MHD_add_response_header(response, exchange->headers[i].name, exchange->headers[i].value);
    MHD_add_response_header(response, "X-Request-Id", exchange->id);
    /* Unless a handler says otherwise: what is made for one person is kept by nobody. */
    if (!has_header(exchange, "Cache-Control"))
        MHD_add_response_header(response, "Cache-Control", "no-store");
    if (atomic_load(&exchange->server->draining))
        MHD_add_response_header(response, "Connection", "close");
    queue_response(exchange, status, response);
    MHD_destroy_response(response);
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

struct http_page *http_page_new(const char *content_type, const char *bytes, size_t length,
                                const struct http_header *headers)
{
    struct http_page *page = memory_new(1, sizeof *page);

    page->response = new_response(content_type, length, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
    add_headers(page->response, headers);
    return page;
}

void http_page_free(struct http_page *page)
{
    if (!page)
        return;
    MHD_destroy_response(page->response);
    free(page);
}

void http_answer_page(struct http_exchange *exchange, unsigned status, const struct http_page *page)
{
    queue_response(exchange, status, page->response);
}

/* ---- an exchange from beginning to end ---- */

static void *exchange_begin(void *context, const char *target, struct MHD_Connection *connection)
{
    struct http_server *server = context;
    struct http_exchange *exchange = memory_new(1, sizeof *exchange);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    exchange->server = server;
    exchange->connection = connection;
    exchange->watched = info->socket_context;
    exchange->raw_target = target;
    exchange->raw_length = strlen(target);
    exchange->target = memory_string(target);
    char *query = strchr(exchange->target, '?');
    if (query) {
        *query = '\0';
        exchange->query = query + 1;
    }
    exchange->started = clock_monotonic_ms();
    snprintf(exchange->id, sizeof exchange->id, "%s%08x", server->id_prefix, atomic_fetch_add(&server->next_id, 1));
    atomic_fetch_add(&server->active, 1);
    return exchange;
}

static void exchange_end(void *context, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode why)
{
    struct http_exchange *exchange = *slot;
    struct http_server *server = context;

    (void)connection;
    (void)why;
    if (!exchange)
        return;
    const struct http_route *route = exchange->match.route;
    if (exchange->status && server->options.log_requests) {
        log_set_request(exchange->id);
        log_event(LOG_INFO, "http.request", "method", exchange->method, "route", route ? route->pattern : "none",
                  "status", LOG_NUMBER(exchange->status), "ms",
                  LOG_NUMBER(clock_monotonic_ms() - exchange->started), NULL);
        log_set_request(NULL);
    }
    if (exchange->arguments && route->handler->fini)
        route->handler->fini(exchange->arguments);
    free(exchange->arguments);
    text_fini(&exchange->body);
    text_fini(&exchange->parameter);
    for (size_t i = 0; i < exchange->pool_used; i++)
        text_fini(&exchange->pool[i]);
    for (size_t i = 0; i < exchange->header_count; i++)
        free(exchange->header_values[i]);
    free(exchange->target);
    watchdog_extend(exchange->watched, server->options.idle_timeout_ms);
    free(exchange);
    *slot = NULL;
    atomic_fetch_sub(&server->active, 1);
}

static enum MHD_Result see_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    framing_see(context, name, value);
    return MHD_YES;
}

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

/* What can be said before the body is looked at: 0, or the status of the refusal. */
static unsigned first_look(struct http_exchange *exchange, const char *version, struct framing *framing)
{
    const struct http_options *options = &exchange->server->options;
    /* The library cuts the request line in place: target and version stand beside each other, unless a NUL was in it. */
    size_t room = (size_t)(version - exchange->raw_target) - 1;

    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, see_header, framing);
    unsigned refused = framing_verdict(framing, version);
    if (refused)
        return refused;
    if (room != exchange->raw_length || exchange->target[0] != '/')
        return 400;
    exchange->match = route_find(options->routes, options->route_count, options->side, method_of(exchange->method),
                                 exchange->target);
    const struct http_route *route = exchange->match.route;
    if (!route)
        return exchange->match.path_known ? 405 : 404;
    url_decode(exchange->match.parameter, exchange->match.parameter_length, false, &exchange->parameter);
    if (framing->content_length > route->body_limit)
        return 413;
    return route->body_type && !has_type(exchange, route->body_type) ? 415 : 0;
}

static void refuse(struct http_exchange *exchange, unsigned status)
{
    const struct http_options *options = &exchange->server->options;
    TEXT struct text allowed = TEXT_EMPTY;

    if (status == 405) {
        route_allowed(options->routes, options->route_count, options->side, exchange->target, &allowed);
        http_answer_header(exchange, "Allow", text_get(&allowed));
    }
    if (status == 503)
        http_answer_header(exchange, "Retry-After", "5");
    /* Where the end of this request is in doubt, so is the start of the next. */
    if (status == 400 || status == 413 || status == 505)
        http_answer_header(exchange, "Connection", "close");
    options->error_answer(exchange, status);
}

static void take_body(struct http_exchange *exchange, const char *bytes, size_t length)
{
    const struct http_route *route = exchange->match.route;

    if (!exchange->failure && exchange->body.length + length > route->body_limit)
        exchange->failure = 413;
    if (!exchange->failure) {
        text_add(&exchange->body, bytes, length);
        return;
    }
    text_fini(&exchange->body);
    exchange->discarded += length;
    if (exchange->discarded > DISCARD_MAX)
        watchdog_extend(exchange->watched, 0);
}

static enum store_error run_in_store(struct store_tx *tx, void *argument)
{
    struct http_exchange *exchange = argument;

    return exchange->match.route->handler->run(tx, exchange->arguments);
}

static void ran_in_store(void *argument, enum store_error result)
{
    struct http_exchange *exchange = argument;

    exchange->result = result;
    exchange->state = EXCHANGE_RAN;
    MHD_resume_connection(exchange->connection);
}

static void reply(struct http_exchange *exchange)
{
    exchange->match.route->handler->reply(exchange, exchange->arguments, exchange->result);
}

/* The request is here, whole. */
static void handle(struct http_exchange *exchange)
{
    const struct http_handler *handler = exchange->failure ? NULL : exchange->match.route->handler;

    if (!handler) {
        refuse(exchange, exchange->failure);
        return;
    }
    if (handler->arguments_size)
        exchange->arguments = memory_new(1, handler->arguments_size);
    if (handler->read && !handler->read(exchange, exchange->arguments))
        return;
    if (!handler->run) {
        reply(exchange);
        return;
    }
    exchange->state = EXCHANGE_IN_STORE;
    exchange->job = (struct store_job){
        .run = run_in_store, .done = ran_in_store, .argument = exchange, .writes = handler->run_writes};
    MHD_suspend_connection(exchange->connection);
    enum store_error error = store_submit(exchange->server->options.store, &exchange->job);
    if (error)
        ran_in_store(exchange, error);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload, size_t *upload_size,
                                  void **slot)
{
    struct http_exchange *exchange = *slot;
    struct framing framing = {0};

    (void)context;
    (void)connection;
    (void)url;
    log_set_request(exchange->id);
    if (exchange->state == EXCHANGE_NEW) {
        exchange->state = EXCHANGE_READING;
        exchange->method = method;
        exchange->failure = first_look(exchange, version, &framing);
        /* Answered before the body, for a client that asked first or that would send for long. */
        if (exchange->failure &&
            (framing.content_length > DISCARD_MAX || http_request_header(exchange, "Expect")))
            refuse(exchange, exchange->failure);
    } else if (*upload_size) {
        take_body(exchange, upload, *upload_size);
        *upload_size = 0;
    } else if (exchange->state == EXCHANGE_READING) {
        handle(exchange);
    } else if (exchange->state == EXCHANGE_RAN) {
        reply(exchange);
    }
    log_set_request(NULL);
    return exchange->status ? exchange->queued : MHD_YES;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http_server *server = context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *slot = watchdog_add(server->watchdog, info->connect_fd, server->options.request_timeout_ms);
        atomic_fetch_add(&server->connections, 1);
        return;
    }
    watchdog_remove(server->watchdog, *slot);
    *slot = NULL;
    atomic_fetch_sub(&server->connections, 1);
}

/* Decoding is ours: the library's cuts at %00. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static void on_library_log(void *context, const char *format, va_list arguments)
{
    char line[256];

    (void)context;
    vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\n")] = '\0';
    log_event(LOG_DEBUG, "http.library", "says", line, NULL);
}

/* ---- the server ---- */

static bool start_daemon(struct http_server *server)
{
    const struct http_options *options = &server->options;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, server->socket, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, options->max_connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)(options->idle_timeout_ms + 999) / 1000, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)exchange_end, server},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)exchange_begin, server},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, server},
        {options->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, options->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };

    server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER,
                                      on_library_log, NULL, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    return server->daemon != NULL;
}

struct http_server *http_server_start(const struct http_options *options, struct text *why)
{
    struct http_server *server = memory_new(1, sizeof *server);
    const char *bad = "";

    server->options = *options;
    server->counts = memory_new(options->route_count + 1, sizeof *server->counts);
    random_hex(server->id_prefix, 8);
    server->socket = -1;
    server->trusted = client_networks_parse(options->trusted_proxies, &bad);
    server->watchdog = watchdog_new();
    if (!server->trusted)
        text_printf(why, "trusted_proxies: %s is not a network", bad);
    else if (server->watchdog)
        server->socket = listen_on(options->listen, why);
    if (server->socket >= 0) {
        listen_name(server->socket, &server->address);
        if (start_daemon(server))
            return server;
        text_printf(why, "cannot serve on %s", options->listen);
    }
    http_server_stop(server);
    return NULL;
}

const char *http_server_address(const struct http_server *server)
{
    return text_get(&server->address);
}

void http_server_drain(struct http_server *server, long long deadline_ms)
{
    const struct timespec moment = {0, 2000000};
    long long end = clock_monotonic_ms() + deadline_ms;

    atomic_store(&server->draining, true);
    MHD_quiesce_daemon(server->daemon);
    while (atomic_load(&server->active) && clock_monotonic_ms() < end)
        nanosleep(&moment, NULL);
}

void http_server_stop(struct http_server *server)
{
    if (!server)
        return;
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    if (server->socket >= 0)
        close(server->socket);
    watchdog_free(server->watchdog);
    client_networks_free(server->trusted);
    text_fini(&server->address);
    free(server->counts);
    free(server);
}

void http_server_counts(const struct http_server *server,
                        void (*each)(void *context, const char *route, const char *method, unsigned status,
                                     unsigned long count),
                        void *context)
{
    for (size_t i = 0; i <= server->options.route_count; i++) {
        const struct http_route *route = i < server->options.route_count ? &server->options.routes[i] : NULL;
        if (route && route->side != server->options.side)
            continue;
        for (size_t j = 0; j < STATUS_COUNT; j++) {
            unsigned long count = atomic_load_explicit(&server->counts[i][j], memory_order_relaxed);
            if (count)
                each(context, route ? route->pattern : "none",
                     !route ? "any" : route->method == HTTP_GET ? "GET" : "POST", counted_statuses[j], count);
        }
    }
}

unsigned http_server_connections(const struct http_server *server)
{
    return atomic_load(&((struct http_server *)server)->connections);
}
