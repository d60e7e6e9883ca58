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
#include "server/http/carrier.h"
#include "server/http/library_answer.h"

#define CONNECTION_MEMORY                                                                                    \
    (8 * 1024) /* for headers and the start of a body; more headers: libmicrohttpd answers 431 */
/* What libmicrohttpd 0.9.75 needs of it for each header and each cookie, and at most for the headers of an
 * answer. */
#define HEADER_MEMORY 64
#define ANSWER_HEAD_MEMORY 1280
#define LAST_REQUESTS_MS 50 /* in which those come that were sent before the end */

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
    connection_begin_exchange(&carrier->connection, target, &carrier_transport, carrier);
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
        connection_init(&carrier->connection, context, info->connect_fd, carrier_peer(connection));
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
        connection_begin_exchange(&carrier->connection, "/", &carrier_transport, carrier);
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
