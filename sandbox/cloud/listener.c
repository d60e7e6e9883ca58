/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"

struct listener {
    struct MHD_Daemon *daemon;
    struct cloud_handler handler;
    struct text address;
};

struct carrier {
    struct cloud_request request;
    bool begun;
};

const char *cloud_request_header(const struct cloud_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

bool cloud_request_is_gone(const struct cloud_request *request)
{
    char byte;

    return recv(request->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void cloud_answer_header(struct cloud_answer *answer, const char *name, const char *value)
{
    size_t i = answer->header_count;

    if (i == sizeof answer->headers / sizeof *answer->headers)
        abort();
    strncpy(answer->headers[i].name, name, sizeof answer->headers[i].name - 1);
    strncpy(answer->headers[i].value, value, sizeof answer->headers[i].value - 1);
    answer->header_count++;
}

static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct cloud_request *request = context;

    (void)kind;
    if (request->header_count == LISTENER_HEADERS_MAX)
        return MHD_NO;
    request->headers[request->header_count++] = (struct cloud_header){name, value ? value : ""};
    return MHD_YES;
}

/* Reads the target before the library decodes it. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    struct carrier *carrier = memory_new(1, sizeof *carrier);
    size_t path_length = strcspn(target, "?");

    (void)context;
    (void)connection;
    carrier->request.path = memory_part(target, path_length);
    carrier->request.query = memory_string(target[path_length] ? target + path_length + 1 : "");
    return carrier;
}

static void on_end(void *context, struct MHD_Connection *connection, void **slot,
                   enum MHD_RequestTerminationCode why)
{
    struct listener *listener = context;
    struct carrier *carrier = *slot;

    (void)connection;
    (void)why;
    if (!carrier)
        return;
    if (carrier->begun)
        listener->handler.done(listener->handler.context, &carrier->request);
    free(carrier->request.path);
    free(carrier->request.query);
    free(carrier);
    *slot = NULL;
}

static bool is_local(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr_in *peer = info ? (const void *)info->client_addr : NULL;

    return peer && peer->sin_family == AF_INET && ntohl(peer->sin_addr.s_addr) >> 24 == 127;
}

/* The library itself omits the body for HEAD, 204 and the like. */
static struct MHD_Response *make_response(struct cloud_answer *answer)
{
    int file = answer->file ? open(answer->file, O_RDONLY | O_CLOEXEC) : -1;
    struct stat status;

    if (file >= 0 && fstat(file, &status) == 0)
        return MHD_create_response_from_fd_at_offset64(
            (answer->until ? answer->until : (uint64_t)status.st_size) - answer->from, file, answer->from);
    if (file >= 0)
        close(file);
    size_t length = answer->body.length;
    return MHD_create_response_from_buffer(length, text_take(&answer->body), MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct cloud_answer *answer)
{
    if (answer->status == 0)
        return MHD_NO;
    struct MHD_Response *response = make_response(answer);
    if (!response)
        return MHD_NO;
    if (answer->content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
    for (size_t i = 0; i < answer->header_count; i++)
        MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
    enum MHD_Result queued = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **slot)
{
    struct listener *listener = context;
    const struct cloud_handler *handler = &listener->handler;
    struct carrier *carrier = *slot;
    struct cloud_request *request = &carrier->request;
    struct cloud_answer answer = {0};

    (void)url;
    (void)version;
    if (!carrier->begun) {
        request->method = method;
        request->local = is_local(connection);
        request->socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        MHD_get_connection_values(connection, MHD_HEADER_KIND, add_header, request);
        carrier->begun = true;
        handler->begin(handler->context, request);
        return MHD_YES;
    }
    if (*upload_size) {
        handler->body(handler->context, request, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    handler->end(handler->context, request, &answer);
    enum MHD_Result sent = send_answer(connection, &answer);
    text_fini(&answer.body);
    free(answer.file);
    return sent;
}

static bool parse_address(const char *address, struct sockaddr_in *out)
{
    const char *colon = strrchr(address, ':');
    int port;

    if (!colon || !number_parse_int(colon + 1, 0, 65535, &port))
        return false;
    OWNED char *host = memory_part(address, (size_t)(colon - address));
    *out = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return inet_pton(AF_INET, host, &out->sin_addr) == 1;
}

struct listener *listener_start(const char *address, const struct cloud_handler *handler, struct text *why)
{
    struct sockaddr_in at;

    if (!parse_address(address, &at)) {
        text_printf(why, "%s is not an address to listen on; use for example 127.0.0.1:4566", address);
        return NULL;
    }
    struct listener *listener = memory_new(1, sizeof *listener);
    listener->handler = *handler;
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_SOCK_ADDR, 0, &at},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_end, listener},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, listener},
        {MHD_OPTION_END, 0, NULL},
    };
    listener->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC, 0, NULL,
        NULL, on_request, listener, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    if (!listener->daemon) {
        text_printf(why, "cannot listen on %s", address);
        free(listener);
        return NULL;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_BIND_PORT);
    text_add(&listener->address, address, (size_t)(strrchr(address, ':') - address));
    text_printf(&listener->address, ":%u", (unsigned)info->port);
    return listener;
}

const char *listener_address(const struct listener *listener)
{
    return text_get(&listener->address);
}

void listener_stop(struct listener *listener)
{
    if (!listener)
        return;
    MHD_stop_daemon(listener->daemon);
    text_fini(&listener->address);
    free(listener);
}
