/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a scenario with one policy, in simulated time. One thread; several simulations may run side by side.
 */
#ifndef BENCH_CROWD_SIMULATION_H
#define BENCH_CROWD_SIMULATION_H

#include <stdint.h>

#include "bench/crowd/policy.h"
#include "bench/crowd/scenario.h"
#include "bench/crowd/spread.h"

enum group { GROUP_ALL, GROUP_HOME, GROUP_CARRIER, GROUP_PEAK, GROUPS };

/* Of the honest claims that were made while it was measured. */
struct group_result {
    uint64_t claims;
    uint64_t came_on; /* their device was switched on within the window */
    uint64_t arrived, lost;
    uint64_t unsent; /* they ended without a message */
    uint64_t messages;
    struct spread first;   /* from the claim to its first message; one that was unsent counts as the window */
    struct spread arrival; /* from claimed and on to arrival; one that was lost counts as the window */
};

struct result {
    struct group_result groups[GROUPS];
    uint64_t hostile_claims, hostile_messages, messages;
    uint64_t events; /* of the simulation: claims, messages, acknowledgements, arrivals, buttons, ends */
    long long simulated_ms, last_arrival_ms;
    double seconds; /* that it took */
};

/* Owned by the caller: free(). */
struct result *simulation_run(const struct scenario *scenario, const struct policy *policy)
    __attribute__((warn_unused_result));

const char *group_name(enum group group);

#endif
