/* SPDX-License-Identifier: Apache-2.0 */
/* The publishes of one connection that wait for their PUBACK, at most 100 of them: the limit of AWS (IoT
 * limits). For the dispatcher's thread, but for flights_acknowledged(). */
#ifndef SERVER_ONBOARDING_FLIGHTS_H
#define SERVER_ONBOARDING_FLIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "server/store/claims.h"

#define FLIGHTS_MAX 100

struct flights;

struct landing {
    struct delivery delivery;
    long long latency_ms; /* from publish to PUBACK; 0 where there was none */
};

struct flights *flights_new(void);
void flights_free(struct flights *flights);

size_t flights_count(const struct flights *flights);

/* Takes a place for the delivery, while fewer than window are taken, and gives its cookie for the publish. */
bool flights_start(struct flights *flights, const struct delivery *delivery, size_t window,
                   unsigned long *cookie);
/* It was not sent after all. */
void flights_abort(struct flights *flights, unsigned long cookie);

/* PUBACK. Any thread. True when there are enough of them to be looked at, or no more to come. */
bool flights_acknowledged(struct flights *flights, unsigned long cookie);
/* Those that have their PUBACK; out has room for FLIGHTS_MAX. Returns how many. */
size_t flights_land(struct flights *flights, struct landing *out);
/* All that have none and will get none; as above. */
size_t flights_lose(struct flights *flights, struct landing *out);

/* One was sent more than so many milliseconds ago. */
bool flights_overdue(const struct flights *flights, long long after_ms);

#endif
