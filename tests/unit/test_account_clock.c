/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/account_clock.h"

#include "tests/unit/test.h"

#define WALL 1700000000000LL /* of the account, at monotonic time 0 */
#define MINUTE 60000LL
#define HOUR (60 * MINUTE)

/* An event that happened at `at` and came `late` later; both on the monotonic clock. */
static long long hear(struct account_clock *clock, long long at, long long late)
{
    return account_clock_hear(clock, WALL + at, at + late);
}

static void nothing_is_known_before_the_first_event(void **state)
{
    struct account_clock clock = {0};
    long long skew = -7;
    (void)state;

    assert_false(account_clock_skew(&clock, WALL, 0, &skew));
    assert_int_equal(skew, -7);
    assert_int_equal(hear(&clock, 1000, 90000), 0);
}

static void what_was_kept_is_told_from_what_came_at_once(void **state)
{
    struct account_clock clock = {0};
    (void)state;

    assert_int_equal(hear(&clock, 1000, 50), 0);
    assert_int_equal(hear(&clock, 2000, 20), 0);
    assert_int_equal(hear(&clock, 3000, 70), 50);
    assert_int_equal(hear(&clock, 4000, HOUR), HOUR - 20);
}

/* The kept ones come first after an outage; the first live one corrects the estimate. */
static void kept_ones_before_the_first_live_one(void **state)
{
    struct account_clock clock = {0};
    (void)state;

    assert_int_equal(account_clock_hear(&clock, WALL, 600000), 0);
    assert_int_equal(account_clock_hear(&clock, WALL + 500000, 600001), 0);
    assert_int_equal(account_clock_hear(&clock, WALL + 600000, 600030), 0);
    assert_int_equal(account_clock_hear(&clock, WALL + 100000, 600040), 500010);
}

static void a_drift_is_followed(void **state)
{
    struct account_clock clock = {0};
    (void)state;

    for (long long at = 0; at < 48 * HOUR; at += MINUTE) {
        long long drift = at / 10000; /* 100 parts in a million, as bad as clocks get */
        assert_in_range(account_clock_hear(&clock, WALL + at - drift, at + 20), 0, 200);
    }
}

/* The portal was cut off for a night: what comes first was kept. */
static void a_silence_keeps_the_baseline(void **state)
{
    struct account_clock clock = {0};
    (void)state;

    hear(&clock, 0, 20);
    assert_int_equal(account_clock_hear(&clock, WALL + 5 * HOUR, 13 * HOUR), 8 * HOUR - 20);
    assert_int_equal(account_clock_hear(&clock, WALL + 13 * HOUR, 13 * HOUR + 30), 10);
}

static void the_skew_includes_steps_of_our_clock(void **state)
{
    struct account_clock clock = {0};
    long long skew;
    (void)state;

    hear(&clock, 1000, 20);
    assert_true(account_clock_skew(&clock, WALL + 5000, 5000, &skew));
    assert_int_equal(skew, 20);
    assert_true(account_clock_skew(&clock, WALL + 5000 + HOUR, 5000, &skew));
    assert_int_equal(skew, HOUR + 20);
    assert_int_equal(hear(&clock, 6000, 30), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_before_the_first_event),
        cmocka_unit_test(what_was_kept_is_told_from_what_came_at_once),
        cmocka_unit_test(kept_ones_before_the_first_live_one),
        cmocka_unit_test(a_drift_is_followed),
        cmocka_unit_test(a_silence_keeps_the_baseline),
        cmocka_unit_test(the_skew_includes_steps_of_our_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
