/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/switched_on.h"

#include <limits.h>

#include "tests/unit/test.h"

static double chance(long long from_ms, long long until_ms)
{
    struct switched_on fresh;

    switched_on_init(&fresh);
    return switched_on_chance(&fresh, from_ms, until_ms);
}

static void is_0_before_it_was_registered(void **state)
{
    static const long long before[] = {0, -1, -1000, -3600000, LLONG_MIN};
    (void)state;

    for (size_t i = 0; i < COUNT(before); i++)
        assert_true(chance(LLONG_MIN, before[i]) == 0);
}

static void never_falls_and_stays_below_1(void **state)
{
    double last = 0;
    (void)state;

    for (long long after = 0; after < 4000000000; after += 1 + after / 1000) {
        double now = chance(0, after);
        if (!(now >= last && now < 1))
            fail_msg("after %lld ms %g, before it %g", after, now, last);
        last = now;
    }
    assert_true(chance(0, LLONG_MAX) >= last);
    assert_true(chance(0, LLONG_MAX) < 1);
}

/* So that of two repeats the one with the longer pause is worth more, however late. */
static void rises_for_hours(void **state)
{
    (void)state;

    for (long long after = 1000; after < 3 * 3600 * 1000; after += 1000)
        if (chance(0, after + 1000) <= chance(0, after))
            fail_msg("no more after %lld s than a second before", after / 1000 + 1);
}

static void most_of_those_that_are_off_are_on_within_minutes(void **state)
{
    (void)state;

    assert_true(chance(0, 5000) < 0.25);
    assert_true(chance(0, 300000) > 0.5);
}

static void some_are_switched_on_much_later(void **state)
{
    (void)state;

    assert_true(chance(0, 1800000) - chance(0, 900000) > 0.001);
    assert_true(chance(900000, 1800000) > 0.01);
}

static void learns_when_devices_are_found(void **state)
{
    struct switched_on learned;
    (void)state;

    switched_on_init(&learned);
    for (int i = 0; i < 1000; i++) { /* as many within ten minutes as not */
        for (long long at = 0; at < 600000; at += 20000)
            switched_on_learn(&learned, at, at + 20000, false);
        switched_on_learn(&learned, 600000, 620000, i % 2);
    }
    switched_on_update(&learned, 0);
    assert_true(switched_on_chance(&learned, 0, 400000) < 0.15);
    assert_true(switched_on_chance(&learned, 590000, 630000) > 0.1);
    assert_true(switched_on_chance(&learned, 0, 3600000) < 1);
}

static void forgets_what_it_has_learned(void **state)
{
    struct switched_on learned;
    (void)state;

    switched_on_init(&learned);
    for (int i = 0; i < 1000; i++)
        switched_on_learn(&learned, 0, 300000, false);
    switched_on_update(&learned, 0);
    assert_true(switched_on_chance(&learned, 0, 300000) < 0.1);
    switched_on_update(&learned, 24 * 3600 * 1000LL);
    assert_true(switched_on_chance(&learned, 0, 300000) > 0.5);
}

static void what_makes_no_sense_teaches_nothing(void **state)
{
    static const struct {
        long long from, until;
    } wrong[] = {{0, 0}, {5000, 1000}, {-5000, -1000}, {LLONG_MAX, LLONG_MIN}, {LLONG_MAX - 1, LLONG_MAX}};
    struct switched_on learned, fresh;
    (void)state;

    switched_on_init(&learned);
    switched_on_init(&fresh);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        switched_on_learn(&learned, wrong[i].from, wrong[i].until, true);
        switched_on_learn(&learned, wrong[i].from, wrong[i].until, false);
    }
    assert_memory_equal(&learned, &fresh, sizeof fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_0_before_it_was_registered),
        cmocka_unit_test(never_falls_and_stays_below_1),
        cmocka_unit_test(rises_for_hours),
        cmocka_unit_test(some_are_switched_on_much_later),
        cmocka_unit_test(most_of_those_that_are_off_are_on_within_minutes),
        cmocka_unit_test(learns_when_devices_are_found),
        cmocka_unit_test(forgets_what_it_has_learned),
        cmocka_unit_test(what_makes_no_sense_teaches_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
