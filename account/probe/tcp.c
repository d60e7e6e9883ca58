/* SPDX-License-Identifier: Apache-2.0 */
#include "account/probe/tcp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define STEP_MS 200 /* how soon an interruption is seen */

/* A pending connection, or -1 with the reason in *error. */
static int start(const struct sockaddr_storage *address, socklen_t length, int *error)
{
    int one = 1;
    int descriptor = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (descriptor < 0) {
        *error = errno;
        return -1;
    }
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(descriptor, (const struct sockaddr *)address, length) == 0 || errno == EINPROGRESS) {
        *error = ETIMEDOUT;
        return descriptor;
    }
    *error = errno;
    close(descriptor);
    return -1;
}

static int result_of(int descriptor)
{
    int error = 0;
    socklen_t length = sizeof error;

    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) ? errno : error;
}

/* Polls all pending connections once; false: none is pending. */
static bool step(struct pollfd *waiting, struct tcp_probe *probe, int wait_ms)
{
    bool more = false;

    poll(waiting, probe->count, wait_ms);
    for (size_t i = 0; i < probe->count; i++) {
        if (waiting[i].fd >= 0 && waiting[i].revents) {
            probe->tried[i].error = result_of(waiting[i].fd);
            waiting[i].fd = ~waiting[i].fd; /* poll() passes over those */
        }
        more = more || waiting[i].fd >= 0;
    }
    return more;
}

int tcp_probe(const struct name_addresses *addresses, int timeout_ms,
              const volatile sig_atomic_t *interrupted, struct tcp_probe *out)
{
    struct pollfd waiting[NAME_ADDRESSES_MAX];
    int sockets[NAME_ADDRESSES_MAX], first = -1;
    long long deadline = clock_monotonic_ms() + timeout_ms, left;

    *out = (struct tcp_probe){.count = addresses->count};
    for (size_t i = 0; i < out->count; i++) {
        const struct sockaddr_storage *address = &addresses->list[i];
        if (getnameinfo((const struct sockaddr *)address, addresses->lengths[i], out->tried[i].address,
                        TCP_ADDRESS_SIZE, NULL, 0, NI_NUMERICHOST))
            snprintf(out->tried[i].address, TCP_ADDRESS_SIZE, "?");
        sockets[i] = start(address, addresses->lengths[i], &out->tried[i].error);
        waiting[i] = (struct pollfd){.fd = sockets[i], .events = POLLOUT};
    }
    while ((left = deadline - clock_monotonic_ms()) > 0 && !(interrupted && *interrupted))
        if (!step(waiting, out, (int)(left < STEP_MS ? left : STEP_MS)))
            break;
    for (size_t i = 0; i < out->count; i++) {
        if (first < 0 && sockets[i] >= 0 && out->tried[i].error == 0)
            first = sockets[i];
        else if (sockets[i] >= 0)
            close(sockets[i]);
    }
    return first;
}
