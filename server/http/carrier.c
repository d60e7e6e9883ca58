/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/carrier.h"

#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/memory.h"
#include "server/http/library_answer.h"
#include "server/http/origin.h"
#include "server/http/response.h"
#include "server/http/stream.h"

#define STREAM_BLOCK (16 * 1024) /* for HTTP/1.0; chunks use the rest of the connection's memory */

static struct carrier *carrier_of(const struct http_exchange *exchange)
{
    return exchange->carrier;
}

static const char *get_header(const struct http_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(carrier_of(exchange)->library, MHD_HEADER_KIND, name);
}

const struct sockaddr *carrier_peer(struct MHD_Connection *connection)
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
    client_address(NULL, carrier_peer(carrier->library), NULL, proxy);
    hide_letters(forwarded->data);
    log_event(LOG_WARN, "http.forwarded_not_understood", "proxy", proxy, "pattern", text_get(forwarded),
              "consequence", "clients behind this proxy share one limit", NULL);
}

static const char *get_client(struct http_exchange *exchange)
{
    struct carrier *carrier = carrier_of(exchange);
    TEXT struct text forwarded = TEXT_EMPTY;

    MHD_get_connection_values(carrier->library, MHD_HEADER_KIND, add_forwarded, &forwarded);
    if (!client_address(carrier->connection.server->trusted, carrier_peer(carrier->library),
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
    client_address(NULL, carrier_peer(connection), NULL, peer_text);
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
    response_add_common(response, content_type);
    if (response_is_html(content_type) && is_secure(exchange))
        response_add_secure(response);
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

/* Where the library cannot send it. An error's page is far smaller than what the kernel takes at once. */
static void send_past_library(struct http_exchange *exchange, unsigned status, const char *content_type,
                              struct text *body)
{
    struct carrier *carrier = carrier_of(exchange);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(carrier->library, MHD_CONNECTION_INFO_CONNECTION_FD);
    TEXT struct text all = TEXT_EMPTY;

    text_printf(&all, "HTTP/1.1 %u %s\r\nConnection: close\r\n", status, MHD_get_reason_phrase_for(status));
    response_print_common(content_type, &all);
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

const struct http_transport carrier_transport = {
    .header = get_header,
    .client = get_client,
    .is_from_own_address = is_from_own_address,
    .suspend = suspend,
    .resume = resume,
    .answer = answer,
    .answer_page = answer_page,
    .answer_stream = answer_stream,
};
