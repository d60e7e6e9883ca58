/* SPDX-License-Identifier: Apache-2.0 */
/* A histogram of how long PUBACKs take, as /metrics tells it. Any thread, without locks: a reader may see a
 * count without its part of the sum. */
#ifndef SERVER_ONBOARDING_LATENCY_H
#define SERVER_ONBOARDING_LATENCY_H

#include <stdatomic.h>

#define LATENCY_BUCKETS 12
extern const double latency_bounds[LATENCY_BUCKETS]; /* upper bounds, seconds; above them: +Inf */

struct latency {
    atomic_ulong buckets[LATENCY_BUCKETS + 1];
    atomic_ullong sum_ms;
};

struct latency_counts {
    unsigned long buckets[LATENCY_BUCKETS + 1]; /* not cumulated */
    double sum;                                 /* seconds */
};

void latency_add(struct latency *latency, long long ms);
void latency_read(const struct latency *latency, struct latency_counts *out);

#endif
