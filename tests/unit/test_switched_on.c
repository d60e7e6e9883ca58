/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/switched_on.h"

#include <limits.h>

#include "tests/unit/test.h"

static void is_0_before_it_was_registered(void **state)
{
    static const long long before[] = {0, -1, -1000, -3600000, LLONG_MIN};
    (void)state;

    for (size_t i = 0; i < COUNT(before); i++)
        assert_true(switched_on_chance(before[i]) == 0);
}

static void never_falls_and_stays_below_1(void **state)
{
    double last = 0;
    (void)state;

    for (long long after = 0; after < 4000000000; after += 1 + after / 1000) {
        double chance = switched_on_chance(after);
        if (!(chance >= last && chance < 1))
            fail_msg("after %lld ms %g, before it %g", after, chance, last);
        last = chance;
    }
    assert_true(switched_on_chance(LLONG_MAX) >= last);
    assert_true(switched_on_chance(LLONG_MAX) < 1);
}

/* So that of two repeats the one with the longer pause is worth more, however late. */
static void rises_for_hours(void **state)
{
    (void)state;

    for (long long after = 1000; after < 3 * 3600 * 1000; after += 1000)
        if (switched_on_chance(after + 1000) <= switched_on_chance(after))
            fail_msg("no more after %lld s than a second before", after / 1000 + 1);
}

static void most_of_those_that_are_off_are_on_within_minutes(void **state)
{
    (void)state;

    assert_true(switched_on_chance(5000) < 0.25);
    assert_true(switched_on_chance(300000) > 0.5);
}

static void some_are_switched_on_much_later(void **state)
{
    (void)state;

    assert_true(switched_on_chance(1800000) - switched_on_chance(900000) > 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_0_before_it_was_registered),
        cmocka_unit_test(never_falls_and_stays_below_1),
        cmocka_unit_test(rises_for_hours),
        cmocka_unit_test(some_are_switched_on_much_later),
        cmocka_unit_test(most_of_those_that_are_off_are_on_within_minutes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
