/* SPDX-License-Identifier: Apache-2.0 */
/* Computes the wait before the next attempt to connect: exponential with jitter, so that clients which lost
 * the same broker do not reconnect at the same time. Never less than the minimum (AWS accepts one CONNECT per
 * second and client id).
 *
 * The wait stays short during an outage, so that work resumes soon after it. It grows to a minute only when
 * connections are lost again soon after they were made: then most likely another client uses the same client
 * id, and both evict each other (IoT limits: the older of two connections is dropped). Times in milliseconds
 * of one monotonic clock. Not thread-safe. */
#ifndef CLAIM_BACKOFF_H
#define CLAIM_BACKOFF_H

#include <stdbool.h>

#define BACKOFF_STABLE_MS 60000 /* a connection that lasted so long resets the wait */

struct backoff {
    long long least_ms, most_ms;
    long long span_ms;      /* upper limit of the next wait */
    long long connected_at; /* 0: not since the last wait was computed */
    unsigned short_lived;   /* connections in a row that were lost before BACKOFF_STABLE_MS */
};

void backoff_init(struct backoff *backoff, long long least_ms, long long most_ms);

/* Call after a successful attempt. */
void backoff_connected(struct backoff *backoff, long long now_ms);

/* Call after a connection was lost or an attempt failed. Returns the milliseconds to wait. */
long long backoff_next(struct backoff *backoff, long long now_ms);

/* The last loss has another cause: as if the connection had lasted. */
void backoff_reset(struct backoff *backoff);

/* At least two connections in a row were lost soon after they were made. */
bool backoff_is_evicted(const struct backoff *backoff);
/* What to say then, for people. */
#define BACKOFF_EVICTED "another client uses this client id"

#endif
