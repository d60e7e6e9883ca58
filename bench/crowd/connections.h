/* SPDX-License-Identifier: Apache-2.0 */
/* How many connections a crowd needs. */
#ifndef BENCH_CROWD_CONNECTIONS_H
#define BENCH_CROWD_CONNECTIONS_H

#include "bench/crowd/simulation.h"

#define CONNECTIONS_GOAL_SECONDS 10 /* arrival, 95 % */

/* The least number with which the group's 95 % stays below the goal; prints each try. 0: not even with most.
 */
int connections_find(const struct scenario *scenario, const struct policy *policy, enum group group,
                     int most);

#endif
