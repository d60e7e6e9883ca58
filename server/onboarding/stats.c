/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/stats.h"

#include <stddef.h>

const double latency_bounds_puback[LATENCY_BUCKETS] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                       0.1,   0.25,   0.5,   1.0,  2.5,   5.0};
/* A claim's window is 15 minutes unless configured otherwise. */
const double latency_bounds_first_message[LATENCY_BUCKETS] = {0.05, 0.1,  0.25, 0.5,   1.0,   2.5,
                                                              5.0,  15.0, 60.0, 180.0, 450.0, 900.0};

void latency_add(struct latency *latency, long long ms)
{
    size_t bucket = 0;

    while (bucket < LATENCY_BUCKETS && (double)ms > latency->bounds[bucket] * 1000.0)
        bucket++;
    atomic_fetch_add(&latency->buckets[bucket], 1);
    atomic_fetch_add(&latency->sum_ms, (unsigned long long)ms);
}

void latency_read(const struct latency *latency, struct latency_counts *out)
{
    struct latency *shared = (struct latency *)latency;

    out->bounds = latency->bounds;
    for (size_t i = 0; i <= LATENCY_BUCKETS; i++)
        out->buckets[i] = atomic_load(&shared->buckets[i]);
    out->sum = (double)atomic_load(&shared->sum_ms) / 1000.0;
}
