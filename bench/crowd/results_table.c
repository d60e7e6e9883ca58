/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/results_table.h"

#include <stdio.h>

static void print_curve(const char *whose, const struct curve *curve)
{
    static const char *const shapes[] = {"steady", "burst", "morning", "overload"};

    printf("%s: %s", whose, shapes[curve->shape]);
    if (curve->shape == CURVE_BURST || curve->shape == CURVE_MORNING)
        printf(", %lld claims\n", curve->count);
    else if (curve->shape == CURVE_OVERLOAD)
        printf(", %g claims/s, then %g\n", curve->overload, curve->rate);
    else
        printf(", %g claims/s\n", curve->rate);
}

void results_table_head(const struct scenario *scenario)
{
    printf("people: %s (%s); seed %llu; %d connection(s)\n", people_name(scenario->people),
           people_words(scenario->people), (unsigned long long)scenario->seed, scenario->connections);
    print_curve("honest", &scenario->honest);
    if (scenario->places.hostile) {
        printf("hostile networks: %u%s; ", scenario->places.hostile,
               scenario->hostile_press ? ", pressing" : "");
        print_curve("hostile", &scenario->hostile);
    }
    printf(
        "\nseconds           claims   first 50 %%    95 %%    99 %%   arrival 50 %%    95 %%    99 %%    mean"
        "    unsent   lost   lost %%  messages each\n");
}

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void print_group(const char *policy, const char *name, const struct group_result *group)
{
    printf("%-7s %-8s %9llu  %9.2f %7.2f %7.2f  %11.2f %7.2f %7.2f %7.2f  %8llu %6llu  %6.2f  %9.2f\n",
           policy, name, (unsigned long long)group->claims, spread_seconds(&group->first, 0.5),
           spread_seconds(&group->first, 0.95), spread_seconds(&group->first, 0.99),
           spread_seconds(&group->arrival, 0.5), spread_seconds(&group->arrival, 0.95),
           spread_seconds(&group->arrival, 0.99), spread_mean_seconds(&group->arrival),
           (unsigned long long)group->unsent, (unsigned long long)group->lost,
           100 * share(group->lost, group->came_on), share(group->messages, group->arrived));
}

void results_table_rows(const char *policy, const struct result *result)
{
    for (enum group group = 0; group < GROUPS; group++) {
        if (result->groups[group].claims > 0)
            print_group(policy, group_name(group), &result->groups[group]);
    }
    printf("%-7s last arrival %.1f s; %llu messages, of which %llu to %llu hostile claims; %.0f min in %.2f "
           "s, %.1f million"
           " events/s\n\n",
           policy, (double)result->last_arrival_ms / 1000, (unsigned long long)result->messages,
           (unsigned long long)result->hostile_messages, (unsigned long long)result->hostile_claims,
           (double)result->simulated_ms / 60000, result->seconds,
           (double)result->events / result->seconds / 1e6);
}

static void print_spread(const char *policy, const char *group, const char *name, const struct spread *spread)
{
    printf("%s %s.%s.50 %.4f\n", policy, group, name, spread_seconds(spread, 0.5));
    printf("%s %s.%s.95 %.4f\n", policy, group, name, spread_seconds(spread, 0.95));
    printf("%s %s.%s.99 %.4f\n", policy, group, name, spread_seconds(spread, 0.99));
    printf("%s %s.%s.mean %.4f\n", policy, group, name, spread_mean_seconds(spread));
}

void results_table_values(const char *policy, const struct result *result)
{
    for (enum group i = 0; i < GROUPS; i++) {
        const struct group_result *group = &result->groups[i];
        const char *name = group_name(i);
        if (group->claims == 0)
            continue;
        print_spread(policy, name, "first", &group->first);
        print_spread(policy, name, "arrival", &group->arrival);
        printf("%s %s.claims %llu\n", policy, name, (unsigned long long)group->claims);
        printf("%s %s.arrived %llu\n", policy, name, (unsigned long long)group->arrived);
        printf("%s %s.lost %llu\n", policy, name, (unsigned long long)group->lost);
    }
    printf("%s last_arrival %.3f\n", policy, (double)result->last_arrival_ms / 1000);
    printf("%s events_per_second %.0f\n", policy, (double)result->events / result->seconds);
}
