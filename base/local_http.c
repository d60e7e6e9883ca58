/* SPDX-License-Identifier: Apache-2.0 */
#include "base/local_http.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/memory.h"

#define ANSWER_MAX (1 << 20)

/* Splits "host:port" and removes the brackets of "[::1]". An empty host stands for the loopback address. NULL
 * if the address is invalid or cannot be resolved. */
static struct addrinfo *resolve(char *address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
    char *colon = strrchr(address, ':');
    char *host = address;

    if (!colon)
        return NULL;
    *colon = '\0';
    if (*host == '[' && colon[-1] == ']') {
        host++;
        colon[-1] = '\0';
    }
    return getaddrinfo(*host ? host : NULL, colon + 1, &hints, &found) == 0 ? found : NULL;
}

static int connect_to(const struct addrinfo *info, int seconds)
{
    struct timeval patience = {.tv_sec = seconds};
    int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* also the limit for connect(2) */
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, info->ai_addr, info->ai_addrlen) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int connect_address(const char *address, int seconds)
{
    OWNED char *copy = memory_string(address);
    struct addrinfo *found = resolve(copy);
    int fd = -1;

    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
        fd = connect_to(at, seconds);
    if (found)
        freeaddrinfo(found);
    return fd;
}

static bool send_all(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool send_request(int fd, const struct local_http_request *request)
{
    TEXT struct text text = TEXT_EMPTY;
    const char *body = request->csv ? request->csv : request->json;

    text_printf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", request->method,
                request->path);
    if (body)
        text_printf(&text, "Content-Type: %s\r\nContent-Length: %zu\r\n",
                    request->csv ? "text/csv" : "application/json", strlen(body));
    if (request->idempotency_key)
        text_printf(&text, "Idempotency-Key: %s\r\n", request->idempotency_key);
    text_puts(&text, "\r\n");
    text_puts(&text, body ? body : "");
    return send_all(fd, text.data, text.length);
}

/* Reads until the portal closes the connection. */
static void receive(int fd, struct text *answer)
{
    char part[4096];
    ssize_t got;

    while (answer->length < ANSWER_MAX && (got = recv(fd, part, sizeof part, 0)) > 0)
        text_add(answer, part, (size_t)got);
}

/* The number in a header; 0 if it is missing. */
static long long header_number(const char *answer, const char *end, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = strstr(answer, "\r\n"); at && at < end; at = strstr(at + 2, "\r\n"))
        if (strncasecmp(at + 2, name, length) == 0 && at[2 + length] == ':')
            return strtoll(at + 2 + length + 1, NULL, 10);
    return 0;
}

static void split(const char *answer, struct local_http_answer *out)
{
    static const char version[] = "HTTP/1.";
    const char *end = strstr(answer, "\r\n\r\n");

    if (strncmp(answer, version, sizeof version - 1) != 0 || !end)
        return;
    out->status = (unsigned)strtoul(answer + sizeof version + 1, NULL, 10);
    out->retry_after_s = header_number(answer, end, "Retry-After");
    text_puts(&out->body, end + 4);
}

bool local_http_call(const struct local_http_request *request, struct local_http_answer *out)
{
    TEXT struct text answer = TEXT_EMPTY;
    int fd = connect_address(request->address, request->seconds);

    *out = (struct local_http_answer){.body = TEXT_EMPTY};
    if (fd < 0)
        return false;
    if (send_request(fd, request))
        receive(fd, &answer);
    close(fd);
    split(text_get(&answer), out);
    return true;
}
