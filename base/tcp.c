/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tcp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define STEP_MS 50        /* how soon an interruption is noticed */
#define HEAD_START_MS 250 /* of one address before the next (RFC 8305) */

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

struct race {
    const struct name_addresses *addresses;
    struct pollfd waiting[NAME_ADDRESSES_MAX]; /* fd < 0: decided, ~fd was the socket */
    int sockets[NAME_ADDRESSES_MAX];
    int errors[NAME_ADDRESSES_MAX];
    size_t started;
};

static void start_next(struct race *race)
{
    size_t i = race->started++;

    race->sockets[i] = start(&race->addresses->list[i], race->addresses->lengths[i], &race->errors[i]);
    race->waiting[i] = (struct pollfd){.fd = race->sockets[i], .events = POLLOUT};
}

static bool is_pending(const struct race *race)
{
    for (size_t i = 0; i < race->started; i++)
        if (race->waiting[i].fd >= 0)
            return true;
    return false;
}

static bool is_won(const struct race *race)
{
    for (size_t i = 0; i < race->started; i++)
        if (race->sockets[i] >= 0 && race->errors[i] == 0)
            return true;
    return false;
}

static void step(struct race *race, int wait_ms)
{
    poll(race->waiting, race->started, wait_ms);
    for (size_t i = 0; i < race->started; i++) {
        if (race->waiting[i].fd < 0 || !race->waiting[i].revents)
            continue;
        race->errors[i] = result_of(race->waiting[i].fd);
        race->waiting[i].fd = ~race->waiting[i].fd; /* poll() ignores negative descriptors */
    }
}

/* Returns the first open socket and closes the others. */
static int finish(const struct race *race)
{
    int first = -1;

    for (size_t i = 0; i < race->started; i++) {
        if (first < 0 && race->sockets[i] >= 0 && race->errors[i] == 0)
            first = race->sockets[i];
        else if (race->sockets[i] >= 0)
            close(race->sockets[i]);
    }
    return first;
}

static bool is_over(const struct race *race, long long deadline, const atomic_int *interrupted)
{
    return clock_monotonic_ms() >= deadline || (interrupted && *interrupted) ||
           (race->started == race->addresses->count && !is_pending(race));
}

int tcp_connect(const struct name_addresses *addresses, int timeout_ms, const atomic_int *interrupted,
                int *error)
{
    struct race race = {.addresses = addresses};
    long long deadline = clock_monotonic_ms() + timeout_ms, next_start = 0;

    while (!is_won(&race) && !is_over(&race, deadline, interrupted)) {
        long long now = clock_monotonic_ms();
        if (race.started < addresses->count && (now >= next_start || !is_pending(&race))) {
            start_next(&race);
            next_start = now + HEAD_START_MS;
        }
        if (is_pending(&race))
            step(&race, STEP_MS);
    }
    *error = race.started ? race.errors[0] : ETIMEDOUT;
    return finish(&race);
}

int tcp_probe(const struct name_addresses *addresses, int timeout_ms, const atomic_int *interrupted,
              struct tcp_probe *out)
{
    struct race race = {.addresses = addresses};
    long long deadline = clock_monotonic_ms() + timeout_ms;

    while (race.started < addresses->count)
        start_next(&race);
    while (!is_over(&race, deadline, interrupted))
        step(&race, STEP_MS);
    *out = (struct tcp_probe){.count = addresses->count};
    for (size_t i = 0; i < out->count; i++) {
        out->tried[i].error = race.errors[i];
        if (getnameinfo((const struct sockaddr *)&addresses->list[i], addresses->lengths[i],
                        out->tried[i].address, TCP_ADDRESS_SIZE, NULL, 0, NI_NUMERICHOST))
            snprintf(out->tried[i].address, TCP_ADDRESS_SIZE, "?");
    }
    return finish(&race);
}
