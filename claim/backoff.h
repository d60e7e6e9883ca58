/* SPDX-License-Identifier: Apache-2.0 */
/* Computes the wait before the next attempt to connect: exponential with jitter, so that clients which lost
 * the same broker do not reconnect at the same time. Never less than the minimum (AWS accepts one CONNECT per
 * second and client id). Times in milliseconds. Not thread-safe. */
#ifndef CLAIM_BACKOFF_H
#define CLAIM_BACKOFF_H

struct backoff {
    long long least_ms, most_ms;
    long long span_ms; /* upper limit of the next wait */
};

void backoff_init(struct backoff *backoff, long long least_ms, long long most_ms);

/* Call after a successful attempt: the next wait is short again. */
void backoff_reset(struct backoff *backoff);

/* Returns the milliseconds to wait now, and doubles the limit of the next wait, up to most_ms. */
long long backoff_next(struct backoff *backoff);

#endif
