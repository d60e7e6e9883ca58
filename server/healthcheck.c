/* SPDX-License-Identifier: Apache-2.0 */
#include "server/healthcheck.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/memory.h"

#define SECONDS 3 /* for each step: an answer that takes longer is none */

static const char request[] = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
static const char wanted[] = "HTTP/1.1 200 ";

/* Cuts "host:port" in two and takes the brackets from "[::1]"; an empty host is the loopback. */
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

static int connect_to(const struct addrinfo *info)
{
    struct timeval patience = {.tv_sec = SECONDS};
    int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* connect(2) heeds it too */
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, info->ai_addr, info->ai_addrlen) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static bool answers(int fd)
{
    char answer[sizeof wanted - 1];
    size_t length = 0;

    if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1)
        return false;
    while (length < sizeof answer) {
        ssize_t got = recv(fd, answer + length, sizeof answer - length, 0);
        if (got <= 0)
            return false;
        length += (size_t)got;
    }
    return memcmp(answer, wanted, sizeof answer) == 0;
}

bool healthcheck(const char *address, struct text *why)
{
    OWNED char *copy = strdup(address);
    int fd = -1;

    if (!copy || !*copy) {
        text_puts(why, "http.admin_listen is empty: there is nobody to ask");
        return false;
    }
    struct addrinfo *found = resolve(copy);
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
        fd = connect_to(at);
    if (found)
        freeaddrinfo(found);
    if (fd < 0) {
        text_printf(why, "nobody listens on %s", address);
        return false;
    }
    bool alive = answers(fd);
    close(fd);
    if (!alive)
        text_printf(why, "/livez on %s does not answer 200", address);
    return alive;
}
