/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/flights.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

/* PUBACKs to be looked at together: a thread switch for each costs more than it does. */
#define LANDED_ENOUGH 25

struct flight {
    bool busy;
    struct delivery delivery;
    long long sent_at; /* monotonic */
};

struct flights {
    struct flight places[FLIGHTS_MAX];
    size_t next;         /* where to look for a free place first */
    atomic_size_t count; /* other threads only read it */

    pthread_mutex_t lock;
    size_t landed[FLIGHTS_MAX];
    long long landed_at[FLIGHTS_MAX];
    size_t landed_count;
};

struct flights *flights_new(void)
{
    struct flights *flights = memory_new(1, sizeof *flights);

    pthread_mutex_init(&flights->lock, NULL);
    return flights;
}

void flights_free(struct flights *flights)
{
    if (!flights)
        return;
    pthread_mutex_destroy(&flights->lock);
    free(flights);
}

size_t flights_count(const struct flights *flights)
{
    return atomic_load(&((struct flights *)flights)->count);
}

bool flights_start(struct flights *flights, const struct delivery *delivery, size_t window,
                   unsigned long *cookie)
{
    if (flights->count >= window || flights->count >= FLIGHTS_MAX)
        return false;
    while (flights->places[flights->next].busy)
        flights->next = (flights->next + 1) % FLIGHTS_MAX;
    flights->places[flights->next] = (struct flight){true, *delivery, clock_monotonic_ms()};
    flights->count++;
    *cookie = flights->next;
    return true;
}

void flights_abort(struct flights *flights, unsigned long cookie)
{
    flights->places[cookie].busy = false;
    flights->count--;
}

bool flights_acknowledged(struct flights *flights, unsigned long cookie)
{
    pthread_mutex_lock(&flights->lock);
    if (flights->landed_count < FLIGHTS_MAX) {
        flights->landed_at[flights->landed_count] = clock_monotonic_ms();
        flights->landed[flights->landed_count++] = cookie;
    }
    size_t waiting = flights->landed_count;
    pthread_mutex_unlock(&flights->lock);
    return waiting == LANDED_ENOUGH || waiting >= flights_count(flights);
}

size_t flights_land(struct flights *flights, struct landing *out)
{
    size_t landed[FLIGHTS_MAX], count, kept = 0;
    long long at[FLIGHTS_MAX];

    pthread_mutex_lock(&flights->lock);
    count = flights->landed_count;
    memcpy(landed, flights->landed, count * sizeof *landed);
    memcpy(at, flights->landed_at, count * sizeof *at);
    flights->landed_count = 0;
    pthread_mutex_unlock(&flights->lock);
    for (size_t i = 0; i < count; i++) {
        struct flight *flight = &flights->places[landed[i]];
        if (!flight->busy)
            continue;
        flight->busy = false;
        flights->count--;
        out[kept++] = (struct landing){flight->delivery, at[i] - flight->sent_at};
    }
    return kept;
}

size_t flights_lose(struct flights *flights, struct landing *out)
{
    size_t lost = 0;

    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        struct flight *flight = &flights->places[i];
        if (flight->busy)
            out[lost++] = (struct landing){flight->delivery, 0};
        flight->busy = false;
    }
    flights->count = 0;
    return lost;
}

bool flights_overdue(const struct flights *flights, long long after_ms)
{
    long long oldest = clock_monotonic_ms() - after_ms;

    for (size_t i = 0; i < FLIGHTS_MAX && flights_count(flights); i++)
        if (flights->places[i].busy && flights->places[i].sent_at < oldest)
            return true;
    return false;
}
