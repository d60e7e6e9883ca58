/* SPDX-License-Identifier: Apache-2.0 */
/* How long to wait before the next attempt to connect: doubling, with jitter, so that many who lost the same
 * broker do not come back together; never sooner than the least (AWS takes one CONNECT a second and client
 * id). Not shared. */
#ifndef CLAIM_BACKOFF_H
#define CLAIM_BACKOFF_H

struct backoff {
    long long least_ms, most_ms;
    long long span_ms; /* of the next wait */
};

void backoff_init(struct backoff *backoff, long long least_ms, long long most_ms);

/* It has worked: the next wait is a short one again. */
void backoff_reset(struct backoff *backoff);

/* Milliseconds to wait now; the next wait may be twice as long. */
long long backoff_next(struct backoff *backoff);

#endif
