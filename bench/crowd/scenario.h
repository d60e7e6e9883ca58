/* SPDX-License-Identifier: Apache-2.0 */
/* What is simulated. All times are simulated milliseconds since the start. */
#ifndef BENCH_CROWD_SCENARIO_H
#define BENCH_CROWD_SCENARIO_H

#include <stdbool.h>

#include "bench/crowd/curve.h"
#include "bench/crowd/people.h"
#include "bench/crowd/places.h"

#define SCENARIO_WINDOW_MS 900000LL
#define SCENARIO_PACE 98 /* messages a second and connection: claim/pace.h stays 2 % below AWS's limit */

struct scenario {
    uint64_t seed;
    const struct people *people;
    struct places places;
    struct curve honest, hostile;
    bool hostile_press; /* the button, for each of their claims, every ten seconds */
    bool known;         /* carriers have a record of arrivals at the start */
    double deaf;        /* the share of messages that a device misses although it is on */
    int connections;
    int ahead; /* claims a connection that are taken before they can be sent */
    int acknowledged_after_ms;
    long long measured_from_ms, measured_until_ms; /* only claims made then are counted */
    long long peak_from_ms, peak_until_ms;         /* and those once more for themselves */
};

#endif
