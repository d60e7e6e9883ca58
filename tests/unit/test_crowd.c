/* SPDX-License-Identifier: Apache-2.0 */
/* Five minutes of a crowd in simulated time: 20 claims a second on one connection, while 50 networks make 100
 * claims a second whose devices never come. bench/run --only s has more crowds, and longer ones. */
#include "bench/crowd/simulation.h"

#include <stdlib.h>

#include "base/memory.h"
#include "tests/unit/test.h"

#define MINUTE_MS 60000LL
#define LATER_MS (1LL << 31)

static struct scenario flooded_crowd(void)
{
    return (struct scenario){
        .seed = 7,
        .people = people_find("study"),
        .places = {.homes = 20000, .carriers = 5, .carrier_share = 0.3, .hostile = 50},
        .honest = {.shape = CURVE_STEADY, .rate = 20, .until_ms = LATER_MS},
        .hostile = {.shape = CURVE_STEADY, .rate = 100, .from_ms = 5 * MINUTE_MS, .until_ms = LATER_MS},
        .connections = 1,
        .ahead = 10,
        .acknowledged_after_ms = 20,
        .measured_from_ms = 5 * MINUTE_MS,
        .measured_until_ms = 10 * MINUTE_MS};
}

static struct result *run(const struct policy *policy)
{
    struct scenario scenario = flooded_crowd();

    return simulation_run(&scenario, policy);
}

static struct result *ours, *oracle, *due;

static int run_all(void **state)
{
    (void)state;

    ours = run(&policy_turns);
    oracle = run(&policy_oracle);
    due = run(&policy_due);
    return 0;
}

static int free_all(void **state)
{
    (void)state;

    free(ours);
    free(oracle);
    free(due);
    return 0;
}

static void assert_below(double seconds, double goal)
{
    if (!(seconds < goal))
        fail_msg("%.3f s, not below %.3f s", seconds, goal);
}

static void assert_above(double seconds, double least)
{
    if (!(seconds > least))
        fail_msg("%.3f s, not above %.3f s", seconds, least);
}

static void first_messages_do_not_wait(void **state)
{
    (void)state;

    assert_below(spread_seconds(&ours->groups[GROUP_ALL].first, 0.99), 0.3);
    assert_int_equal(ours->groups[GROUP_ALL].unsent, 0);
}

static void devices_arrive_nearly_as_if_it_was_known_when_they_are_on(void **state)
{
    const struct group_result *all = &ours->groups[GROUP_ALL];
    (void)state;

    assert_below(spread_seconds(&all->arrival, 0.5),
                 1.4 * spread_seconds(&oracle->groups[GROUP_ALL].arrival, 0.5));
    assert_below(spread_seconds(&all->arrival, 0.95), 30);
    assert_true(all->lost * 500 < all->came_on);
}

static void people_behind_a_carrier_wait_no_longer(void **state)
{
    const struct group_result *home = &ours->groups[GROUP_HOME], *carrier = &ours->groups[GROUP_CARRIER];
    (void)state;

    assert_true(carrier->claims > 1500);
    assert_below(spread_mean_seconds(&carrier->arrival), 1.1 * spread_mean_seconds(&home->arrival));
    assert_below(spread_seconds(&carrier->first, 0.99), 0.3);
}

/* The goals are none that any policy meets. */
static void in_order_of_due_time_everybody_waits_for_the_flood(void **state)
{
    (void)state;

    assert_above(spread_seconds(&due->groups[GROUP_ALL].first, 0.99), 10);
    assert_above(spread_seconds(&due->groups[GROUP_ALL].arrival, 0.95), 60);
}

static void one_seed_is_one_crowd(void **state)
{
    OWNED struct result *other = run(&policy_turns);
    (void)state;

    assert_int_equal(ours->messages, other->messages);
    assert_int_equal(ours->last_arrival_ms, other->last_arrival_ms);
    assert_true(ours->groups[GROUP_ALL].arrival.sum_ms == other->groups[GROUP_ALL].arrival.sum_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_messages_do_not_wait),
        cmocka_unit_test(devices_arrive_nearly_as_if_it_was_known_when_they_are_on),
        cmocka_unit_test(people_behind_a_carrier_wait_no_longer),
        cmocka_unit_test(in_order_of_due_time_everybody_waits_for_the_flood),
        cmocka_unit_test(one_seed_is_one_crowd),
    };
    return cmocka_run_group_tests(tests, run_all, free_all);
}
