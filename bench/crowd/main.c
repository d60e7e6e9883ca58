/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/crowd/connections.h"
#include "bench/crowd/options.h"
#include "bench/crowd/results_table.h"

/* The peak of a morning is a second question. */
static void find_connections(const struct scenario *scenario, const struct policy *policy)
{
    enum group last = scenario->peak_until_ms ? GROUP_PEAK : GROUP_ALL;
    double mean = scenario->honest.shape == CURVE_MORNING
                      ? (double)scenario->honest.count * 1000 / CURVE_MORNING_MS
                      : scenario->honest.rate;
    int most = (int)(mean / 2) + 2;

    for (enum group group = GROUP_ALL; group <= last; group += GROUP_PEAK - GROUP_ALL) {
        int found = connections_find(scenario, policy, group, most);
        printf("%s: %s needs %d connections\n", policy->name, group_name(group), found);
    }
}

static void simulate(const struct options *options, const struct policy *policy)
{
    struct result *result = simulation_run(&options->scenario, policy);

    if (options->values)
        results_table_values(policy->name, result);
    else
        results_table_rows(policy->name, result);
    fflush(stdout);
    free(result);
}

int main(int argc, char **argv)
{
    struct options options;

    options_read(&options, argc, argv);
    if (!options.values)
        results_table_head(&options.scenario);
    for (unsigned i = 0; options_policy(i); i++) {
        const struct policy *policy = options_policy(i);
        if (options.only && options.only != policy)
            continue;
        if (options.find_connections)
            find_connections(&options.scenario, policy);
        else
            simulate(&options, policy);
    }
}
