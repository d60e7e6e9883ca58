/* SPDX-License-Identifier: Apache-2.0 */
/* Counts times and gives their percentiles, exact below a second and within 0.2 % above. One thread. */
#ifndef BENCH_CROWD_SPREAD_H
#define BENCH_CROWD_SPREAD_H

#include <stdint.h>

enum { SPREAD_FINE = 1024, SPREAD_STEPS = 512, SPREAD_OCTAVES = 12 };

struct spread {
    uint64_t counts[SPREAD_FINE + SPREAD_STEPS * SPREAD_OCTAVES];
    uint64_t count;
    double sum_ms;
    long long most_ms;
};

/* All zero is an empty one. Times up to 4,000 s; later ones count as that. */
void spread_add(struct spread *spread, long long ms);
/* Seconds below or at which a share of the times is; 0 where there are none. */
double spread_seconds(const struct spread *spread, double share);
double spread_mean_seconds(const struct spread *spread);

#endif
