/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/daemon.h"

#include <microhttpd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/log.h"
#include "base/memory.h"
#include "server/http/connection.h"
#include "server/http/library_answer.h"
#include "server/http/origin.h"
#include "server/http/stream.h"

#define CONNECTION_MEMORY                                                                                    \
    (8 * 1024) /* for headers and the start of a body; more headers: libmicrohttpd answers 431 */
/* What libmicrohttpd 0.9.75 needs of it for each header and each cookie, and at most for the headers of an
 * answer. */
#define HEADER_MEMORY 64
#define ANSWER_HEAD_MEMORY 1280
#define LAST_REQUESTS_MS 50      /* in which those come that were sent before the end */
#define STREAM_BLOCK (16 * 1024) /* for HTTP/1.0; chunks use the rest of the connection's memory */

struct http_page {
    struct MHD_Response *response;
    struct MHD_Response *secure; /* the same with secure_headers; NULL: not of HTML */
};

/* A connection and what libmicrohttpd has for it. */
struct carrier {
    struct connection connection;
    struct MHD_Connection *library;
    const char *chunks;   /* the first byte of a chunked body; NULL: the body has a length */
    uintptr_t target_end; /* the address after the target's NUL in the request line */
    bool sends_itself;    /* the next answer goes past the library, which then closes the connection */
    enum MHD_Result queued;
    char client[CLIENT_SIZE];
};

static const struct http_header always_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {NULL, NULL},
};

static const struct http_header html_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
     " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
    {"Permissions-Policy",
     "camera=(self), accelerometer=(), autoplay=(), display-capture=(), encrypted-media=(),"
     " fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(),"
     " magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(),"
     " screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"},
    {NULL, NULL},
};

/* Of HTML that the browser holds for secure. */
static const struct http_header secure_headers[] = {
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {NULL, NULL},
};

static bool is_html(const char *content_type)
{
    return content_type && strncmp(content_type, "text/html", 9) == 0;
}

static void add_headers(struct MHD_Response *response, const struct http_header *headers)
{
    for (; headers->name; headers++)
        MHD_add_response_header(response, headers->name, headers->value);
}

/* Adds the headers that every answer has. */
static struct MHD_Response *add_common_headers(struct MHD_Response *response, const char *content_type)
{
    if (!response)
        abort();
    add_headers(response, always_headers);
    if (is_html(content_type))
        add_headers(response, html_headers);
    if (content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    return response;
}

static struct carrier *carrier_of(const struct http_exchange *exchange)
{
    return exchange->carrier;
}

static const char *get_header(const struct http_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(carrier_of(exchange)->library, MHD_HEADER_KIND, name);
}

static const struct sockaddr *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return info ? info->client_addr : NULL;
}

/* A proxy may add its entry as a separate header: all of them form one list (RFC 9110 section 5.3). */
static enum MHD_Result add_forwarded(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    struct text *list = context;

    (void)kind;
    if (value && strcasecmp(name, "X-Forwarded-For") == 0)
        text_printf(list, "%s%s", list->length ? "," : "", value);
    return MHD_YES;
}

/* Its digits and letters may be those of a person's address. */
static void hide_letters(char *text)
{
    for (; *text; text++)
        if (strchr("0123456789", *text))
            *text = '9';
        else if ((*text | 0x20) >= 'a' && (*text | 0x20) <= 'z')
            *text = 'x';
}

/* All clients of such a proxy count as one, for every request: that is logged for the first. */
static void warn_of_strange(struct carrier *carrier, struct text *forwarded)
{
    char proxy[CLIENT_SIZE];

    if (atomic_exchange(&carrier->connection.server->strange_forwarded, true))
        return;
    client_address(NULL, peer_of(carrier->library), NULL, proxy);
    hide_letters(forwarded->data);
    log_event(LOG_WARN, "http.forwarded_not_understood", "proxy", proxy, "pattern", text_get(forwarded),
              "consequence", "clients behind this proxy share one limit", NULL);
}

static const char *get_client(struct http_exchange *exchange)
{
    struct carrier *carrier = carrier_of(exchange);
    TEXT struct text forwarded = TEXT_EMPTY;

    MHD_get_connection_values(carrier->library, MHD_HEADER_KIND, add_forwarded, &forwarded);
    if (!client_address(carrier->connection.server->trusted, peer_of(carrier->library),
                        forwarded.length ? text_get(&forwarded) : NULL, carrier->client))
        warn_of_strange(carrier, &forwarded);
    return carrier->client;
}

static bool is_from_own_address(const struct http_exchange *exchange)
{
    struct MHD_Connection *connection = carrier_of(exchange)->library;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr_storage own = {0};
    socklen_t length = sizeof own;
    char peer_text[CLIENT_SIZE], own_text[CLIENT_SIZE];

    if (getsockname(info->connect_fd, (struct sockaddr *)&own, &length) != 0)
        return false;
    client_address(NULL, peer_of(connection), NULL, peer_text);
    client_address(NULL, (struct sockaddr *)&own, NULL, own_text);
    return strcmp(peer_text, own_text) == 0;
}

/* From here on the client is not the one that takes time: give the work the reply timeout. */
static void suspend(struct http_exchange *exchange)
{
    watchdog_extend(exchange->watched, exchange_reply_timeout_ms(exchange));
    seat_is_working(carrier_of(exchange)->connection.seat);
    MHD_suspend_connection(carrier_of(exchange)->library);
}

static void resume(struct http_exchange *exchange)
{
    watchdog_extend(exchange->watched, exchange_reply_timeout_ms(exchange));
    seat_is_busy(carrier_of(exchange)->connection.seat);
    MHD_resume_connection(carrier_of(exchange)->library);
}

static void count_answer(const struct http_exchange *exchange)
{
    struct http_server *server = carrier_of(exchange)->connection.server;
    size_t route = exchange->match.route ? exchange->match.index : server->options.route_count;

    request_counts_add(server->counts, route, exchange->status);
}

static void queue_response(struct http_exchange *exchange, unsigned status, struct MHD_Response *response)
{
    struct carrier *carrier = carrier_of(exchange);

    exchange->status = status;
    watchdog_extend(exchange->watched, exchange_reply_timeout_ms(exchange));
    carrier->queued = library_answer_queue(carrier->library, status, response) ? MHD_YES : MHD_NO;
    count_answer(exchange);
}

static bool is_secure(const struct http_exchange *exchange)
{
    const char *public_url = exchange->options->public_url;

    return origin_is_secure(get_header(exchange, "Host"), get_header(exchange, "X-Forwarded-Proto"),
                            public_url ? public_url : "");
}

/* Takes ownership of the response. */
static void answer_with(struct http_exchange *exchange, unsigned status, const char *content_type,
                        struct MHD_Response *response)
{
    add_common_headers(response, content_type);
    if (is_html(content_type) && is_secure(exchange))
        add_headers(response, secure_headers);
    for (size_t i = 0; i < exchange->header_count; i++)
        MHD_add_response_header(response, exchange->headers[i].name, exchange->headers[i].value);
    MHD_add_response_header(response, "X-Request-Id", exchange->id);
    /* By default, caches must not keep an answer made for one person. */
    if (!exchange_has_answer_header(exchange, "Cache-Control"))
        MHD_add_response_header(response, "Cache-Control", "no-store");
    if (atomic_load(&carrier_of(exchange)->connection.server->draining))
        MHD_add_response_header(response, "Connection", "close");
    queue_response(exchange, status, response);
    MHD_destroy_response(response);
}

static void print_headers(const struct http_header *headers, struct text *out)
{
    for (; headers->name; headers++)
        text_printf(out, "%s: %s\r\n", headers->name, headers->value);
}

/* Where the library cannot send it. An error's page is far smaller than what the kernel takes at once. */
static void send_past_library(struct http_exchange *exchange, unsigned status, const char *content_type,
                              struct text *body)
{
    struct carrier *carrier = carrier_of(exchange);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(carrier->library, MHD_CONNECTION_INFO_CONNECTION_FD);
    TEXT struct text all = TEXT_EMPTY;

    text_printf(&all, "HTTP/1.1 %u %s\r\nConnection: close\r\n", status, MHD_get_reason_phrase_for(status));
    print_headers(always_headers, &all);
    if (is_html(content_type))
        print_headers(html_headers, &all);
    text_printf(
        &all,
        "Content-Type: %s\r\nContent-Length: %zu\r\nX-Request-Id: %s\r\nCache-Control: no-store\r\n\r\n",
        content_type, body->length, exchange->id);
    if (exchange->method != HTTP_HEAD)
        text_add(&all, text_get(body), body->length);
    text_fini(body);
    exchange->status = status;
    count_answer(exchange);
    if (send(info->connect_fd, text_get(&all), all.length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_event(LOG_DEBUG, "http.answer_failed", NULL);
    carrier->queued = MHD_NO;
}

static void answer(struct http_exchange *exchange, unsigned status, const char *content_type,
                   struct text *body)
{
    if (carrier_of(exchange)->sends_itself) {
        send_past_library(exchange, status, content_type, body);
        return;
    }
    size_t length = body ? body->length : 0;
    char *bytes = body ? text_take(body) : memory_string("");

    answer_with(exchange, status, content_type,
                MHD_create_response_from_buffer(length, bytes, MHD_RESPMEM_MUST_FREE));
}

static ssize_t copy_piece(void *context, uint64_t position, char *bytes, size_t most)
{
    struct http_exchange *exchange = context;

    (void)position;
    log_set_request(exchange->id);
    ssize_t copied = stream_take(exchange, bytes, most);
    log_set_request(NULL);
    return copied;
}

static void answer_stream(struct http_exchange *exchange, unsigned status, const char *content_type)
{
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, copy_piece, exchange, NULL);

    watchdog_may_cut(exchange->watched, true);
    /* For HEAD, libmicrohttpd 0.9.75 sends the end of the chunks without the chunks; the next request on the
     * connection would read that as its answer. In HTTP/1.0 mode there are no chunks and no next request. */
    if (exchange->method == HTTP_HEAD)
        MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    answer_with(exchange, status, content_type, response);
}

static void answer_page(struct http_exchange *exchange, unsigned status, const struct http_page *page)
{
    queue_response(exchange, status, page->secure && is_secure(exchange) ? page->secure : page->response);
}

static const struct http_transport transport = {
    .header = get_header,
    .client = get_client,
    .is_from_own_address = is_from_own_address,
    .suspend = suspend,
    .resume = resume,
    .answer = answer,
    .answer_page = answer_page,
    .answer_stream = answer_stream,
};

static struct MHD_Response *new_page(const char *content_type, const char *bytes, size_t length,
                                     const struct http_header *headers)
{
    struct MHD_Response *response = add_common_headers(
        MHD_create_response_from_buffer(length, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY),
        content_type);

    add_headers(response, headers);
    return response;
}

struct http_page *http_page_new(const char *content_type, const char *bytes, size_t length,
                                const struct http_header *headers)
{
    struct http_page *page = memory_new(1, sizeof *page);

    page->response = new_page(content_type, bytes, length, headers);
    if (is_html(content_type)) {
        page->secure = new_page(content_type, bytes, length, headers);
        add_headers(page->secure, secure_headers);
    }
    return page;
}

void http_page_free(struct http_page *page)
{
    if (!page)
        return;
    MHD_destroy_response(page->response);
    if (page->secure)
        MHD_destroy_response(page->secure);
    free(page);
}

/* ---- the library's callbacks ---- */

/* Hides the query from libmicrohttpd: the exchange has a copy. 0.9.75 would parse it into the connection's
 * memory, and when that is full, it does not answer. */
static void hide_query(const char *target)
{
    char *query = (char *)(uintptr_t)strchr(target, '?');

    if (query)
        memset(query, '\0', strlen(query));
}

/* Called after the request line, before the headers. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct carrier *carrier = info->socket_context;

    (void)context;
    connection_begin_exchange(&carrier->connection, target, &transport, carrier);
    carrier->target_end = (uintptr_t)target + strlen(target) + 1;
    hide_query(target);
    return carrier;
}

static void on_end(void *context, struct MHD_Connection *connection, void **slot,
                   enum MHD_RequestTerminationCode why)
{
    struct carrier *carrier = *slot;

    (void)context;
    (void)connection;
    if (!carrier)
        return;
    *slot = NULL;
    connection_end_exchange(&carrier->connection, why == MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

struct headers {
    struct exchange_head *head;
    const char *next; /* where the next one must begin; NULL: the head is not what it looks like */
};

static enum MHD_Result see_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct headers *headers = context;
    struct exchange_head *head = headers->head;

    (void)kind;
    headers->next = framing_next_header(headers->next, name, value);
    framing_see(&head->framing, name, value);
    head->memory += HEADER_MEMORY;
    if (value && strcasecmp(name, MHD_HTTP_HEADER_COOKIE) == 0)
        head->memory += strlen(value) + 1; /* libmicrohttpd has a copy */
    return MHD_YES;
}

static enum MHD_Result see_cookie(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct exchange_head *head = context;

    (void)kind;
    (void)name;
    (void)value;
    head->memory += HEADER_MEMORY;
    return MHD_YES;
}

static void first_call(struct carrier *carrier, const char *method, const char *version)
{
    struct http_exchange *exchange = carrier->connection.exchange;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(carrier->library, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    struct exchange_head head = {
        .method = method,
        .version = version,
        /* libmicrohttpd does not report the target's length, and its text ends at a NUL. It splits the
         * request line in place, so the version directly follows the target; otherwise the target contains a
         * NUL. If another version of libmicrohttpd does this differently, every request is rejected and the
         * tests fail. */
        .target_whole = (uintptr_t)version == carrier->target_end,
        .size = info->header_size,
    };

    exchange->state = EXCHANGE_READING;
    head.memory = info->header_size;
    struct headers headers = {&head, framing_next_line(version + strlen(version))};
    MHD_get_connection_values(carrier->library, MHD_HEADER_KIND, see_header, &headers);
    head.framing.bad = head.framing.bad || !framing_head_ends(headers.next, method + info->header_size);
    MHD_get_connection_values(carrier->library, MHD_COOKIE_KIND, see_cookie, &head);
    carrier->chunks = head.framing.encodings ? method + info->header_size : NULL;
    head.seated = connection_seat_request(&carrier->connection);
    /* Without memory for an answer the library would close the connection without one. */
    carrier->sends_itself = head.memory + ANSWER_HEAD_MEMORY > CONNECTION_MEMORY;
    if (carrier->sends_itself)
        exchange_refuse(exchange, 431);
    else
        exchange_check_head(exchange, &head);
}

/* libmicrohttpd passes the data of a chunk where it lies in its buffer, behind the line with the chunk's
 * size. Data at the buffer's start is of a chunk whose line was there before, which cannot be seen any more:
 * the library reads the line, calls nobody, and reads the data over it. There is no callback for what it
 * reads from the socket. To reject such data would be to reject clients that send line and data one after the
 * other.
 */
static bool follows_crlf(const struct carrier *carrier, const char *data)
{
    return !carrier->chunks || data <= carrier->chunks + 1 || (data[-2] == '\r' && data[-1] == '\n');
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **slot)
{
    struct carrier *carrier = *slot;
    struct http_exchange *exchange = carrier->connection.exchange;

    (void)context;
    (void)connection;
    (void)url;
    log_set_request(exchange->id);
    if (exchange->state == EXCHANGE_NEW) {
        first_call(carrier, method, version);
    } else if (*upload_size) {
        if (!follows_crlf(carrier, upload))
            exchange_refuse_body(exchange);
        exchange_take_body(exchange, upload, *upload_size);
        *upload_size = 0;
    } else if (exchange->state == EXCHANGE_READING) {
        exchange_handle(exchange);
    } else if (exchange->state == EXCHANGE_WORK_DONE) {
        exchange_reply(exchange);
    }
    log_set_request(NULL);
    return exchange->status ? carrier->queued : MHD_YES;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode what)
{
    struct carrier *carrier = *slot;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        carrier = memory_new(1, sizeof *carrier);
        carrier->library = connection;
        connection_init(&carrier->connection, context, info->connect_fd, peer_of(connection));
        *slot = carrier;
        return;
    }
    /* An exchange may be left: libmicrohttpd 0.9.75 does not call on_end() when a request's cookies need more
     * than the connection's memory. */
    connection_fini(&carrier->connection);
    free(carrier);
    *slot = NULL;
}

/* Keeps percent-encoding for url_decode(): libmicrohttpd's decoder cuts the text at %00. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* What is no HTTP. The library has perhaps called none of our functions for it yet. */
static bool answer_for_library(void *context, unsigned status)
{
    struct carrier *carrier = context;

    if (!carrier->connection.exchange)
        connection_begin_exchange(&carrier->connection, "/", &transport, carrier);
    /* For a length that it cannot read, 0.9.75 would send the head of the answer twice. */
    carrier->sends_itself = MHD_lookup_connection_value(carrier->library, MHD_HEADER_KIND,
                                                        MHD_HTTP_HEADER_CONTENT_LENGTH) != NULL;
    log_set_request(carrier->connection.exchange->id);
    exchange_refuse(carrier->connection.exchange, status);
    log_set_request(NULL);
    return carrier->queued == MHD_YES;
}

__attribute__((format(printf, 2, 0))) static void on_library_log(void *context, const char *format,
                                                                 va_list arguments)
{
    char line[256];

    (void)context;
    vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\n")] = '\0';
    log_event(LOG_DEBUG, "http.library_logged", "message", line, NULL);
}

bool daemon_start(struct http_server *server)
{
    const struct http_options *options = &server->options;
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, server->socket, NULL},
        /* Each thread gets a part, and closes what is more at once, whoever's it is. So a part is enough for
         * all: seats.h has the limit. */
        {MHD_OPTION_CONNECTION_LIMIT,
         (intptr_t)(options->max_connections + HTTP_SPARE_CONNECTIONS) *
             (options->threads > 1 ? options->threads : 1),
         NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)(options->idle_timeout_ms + 999) / 1000, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 0, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_end, server},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, server},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, server},
        {options->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, options->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };

    if (!library_answer_prepare(answer_for_library))
        return false;
    server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER,
                                      on_library_log, NULL, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    return server->daemon != NULL;
}

/* The kernel has accepted these already, and their requests are on the way. */
static void take_last_connections(struct http_server *server)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int fd;

    while ((fd = accept4(server->socket, (struct sockaddr *)&address, &length,
                         SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        MHD_add_connection(server->daemon, fd, (struct sockaddr *)&address, length); /* closes it on error */
        length = sizeof address;
    }
}

void daemon_quiesce(struct http_server *server)
{
    if (MHD_quiesce_daemon(server->daemon) == MHD_INVALID_SOCKET)
        return;
    take_last_connections(server);
    /* New connections are refused and go to another replica. Do not close the socket yet: the threads of
     * libmicrohttpd may still use it. */
    shutdown(server->socket, SHUT_RDWR);
    nanosleep(&(struct timespec){0, LAST_REQUESTS_MS * 1000000L}, NULL);
}

void daemon_stop(struct http_server *server)
{
    MHD_stop_daemon(server->daemon);
}
