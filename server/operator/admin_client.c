/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/admin_client.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/memory.h"

#define ANSWER_MAX (64 << 10)

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

static bool send_request(int fd, const struct admin_request *request)
{
    TEXT struct text text = TEXT_EMPTY;

    text_printf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", request->method,
                request->path);
    if (request->json)
        text_printf(&text, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                    strlen(request->json));
    text_printf(&text, "\r\n%s", request->json ? request->json : "");
    return send(fd, text.data, text.length, MSG_NOSIGNAL) == (ssize_t)text.length;
}

/* Reads until the portal closes the connection. */
static void receive(int fd, struct text *answer)
{
    char part[4096];
    ssize_t got;

    while (answer->length < ANSWER_MAX && (got = recv(fd, part, sizeof part, 0)) > 0)
        text_add(answer, part, (size_t)got);
}

static unsigned split(const char *answer, struct text *body)
{
    static const char version[] = "HTTP/1.1 ";
    const char *end = strstr(answer, "\r\n\r\n");

    if (strncmp(answer, version, sizeof version - 1) != 0 || !end)
        return 0;
    text_puts(body, end + 4);
    return (unsigned)strtoul(answer + sizeof version - 1, NULL, 10);
}

bool admin_call(const struct admin_request *request, unsigned *status, struct text *body, struct text *why)
{
    TEXT struct text answer = TEXT_EMPTY;

    if (!*request->address) {
        text_puts(why, "[http] admin_listen is empty, so the portal cannot be reached; set it to an address "
                       "such as 127.0.0.1:9090");
        return false;
    }
    int fd = connect_address(request->address, request->seconds);
    if (fd < 0) {
        text_printf(why, "cannot connect to the portal's admin listener on %s; check that the portal runs",
                    request->address);
        return false;
    }
    if (send_request(fd, request))
        receive(fd, &answer);
    close(fd);
    *status = split(text_get(&answer), body);
    return true;
}
