/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/connections.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_enough(const struct scenario *wanted, const struct policy *policy, enum group group,
                      int connections)
{
    struct scenario scenario = *wanted;

    scenario.connections = connections;
    struct result *result = simulation_run(&scenario, policy);
    double seconds = spread_seconds(&result->groups[group].arrival, 0.95);
    printf("%s, %d connections: %s 95 %% after %.1f s (simulated in %.0f s)\n", policy->name, connections,
           group_name(group), seconds, result->seconds);
    fflush(stdout);
    free(result);
    return seconds < CONNECTIONS_GOAL_SECONDS;
}

int connections_find(const struct scenario *scenario, const struct policy *policy, enum group group, int most)
{
    int too_few = 0, enough = most;

    if (!is_enough(scenario, policy, group, most))
        return 0;
    while (enough - too_few > 1) {
        int middle = (too_few + enough) / 2;
        if (is_enough(scenario, policy, group, middle))
            enough = middle;
        else
            too_few = middle;
    }
    return enough;
}
