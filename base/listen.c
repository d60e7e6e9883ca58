/* SPDX-License-Identifier: Apache-2.0 */
#include "base/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/excerpt.h"
#include "base/number.h"

#define BACKLOG 4096 /* the kernel limits it to net.core.somaxconn */

/* getaddrinfo() would cut 99999 to 34463. */
static bool is_port(const char *text)
{
    return number_parse_int(text, 0, 65535, &(int){0});
}

/* Splits "host:port". Removes the brackets of "[::1]:80". */
static int split(const char *address, char *host, size_t room, const char **port)
{
    const char *colon = strrchr(address, ':');

    if (!colon || !is_port(colon + 1))
        return -1;
    size_t length = (size_t)(colon - address);
    if (length >= 2 && address[0] == '[' && address[length - 1] == ']') {
        address++;
        length -= 2;
    }
    if (length >= room)
        return -1;
    memcpy(host, address, length);
    host[length] = '\0';
    *port = colon + 1;
    return 0;
}

static int open_one(const struct addrinfo *info, bool listens)
{
    int yes = 1, no = 0;
    int fd = socket(info->ai_family, info->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, info->ai_protocol);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (info->ai_family == AF_INET6) /* [::] accepts IPv4 too */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && (!listens || listen(fd, BACKLOG) == 0))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* errno is set on failure, 0 if it is not the system that refuses. */
static int open_address(const char *address, bool listens, struct text *why)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *found = NULL;
    char host[256];
    const char *port;

    errno = 0;
    if (split(address, host, sizeof host, &port)) {
        excerpt_add_bare(address, strlen(address), why);
        text_puts(why, " is not an address to listen on; write 127.0.0.1:8080, [::1]:8080 or :8080");
        return -1;
    }
    int code = getaddrinfo(*host ? host : NULL, port, &hints, &found);
    if (code) {
        text_printf(why, "%s: %s", address, gai_strerror(code));
        return -1;
    }
    int fd = -1;
    /* Without a host, try the IPv6 wildcard first: it accepts both. */
    for (int pass = 0; pass < 2 && fd < 0; pass++)
        for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
            if (*host || (at->ai_family == AF_INET6) == (pass == 0))
                fd = open_one(at, listens);
    int error = errno;
    freeaddrinfo(found);
    if (fd < 0)
        text_printf(why, "cannot listen on %s: %s", address, strerror(error));
    errno = error;
    return fd;
}

int listen_on(const char *address, struct text *why)
{
    return open_address(address, true, why);
}

bool listen_is_possible(const char *address, bool *in_use, struct text *why)
{
    int fd = open_address(address, false, why);

    *in_use = fd < 0 && errno == EADDRINUSE;
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

void listen_name(int socket, struct text *out)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";

    if (getsockname(socket, (struct sockaddr *)&address, &length) == 0)
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
    text_printf(out, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}
