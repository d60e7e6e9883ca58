/* SPDX-License-Identifier: Apache-2.0 */
#include "base/steady_clock.h"

#include "tests/unit/test.h"

#define WALL 1700000000000LL
#define MINUTE 60000LL

static void a_step_takes_ten_times_as_long(void **state)
{
    static const long long steps[] = {60 * MINUTE, -60 * MINUTE, 5000, -1};
    (void)state;

    for (size_t i = 0; i < COUNT(steps); i++) {
        struct steady_clock clock = {0};
        steady_clock_set(&clock, WALL, 1000);
        long long last = WALL, now = 1000;
        assert_int_equal(steady_clock_follow(&clock, WALL + 1000 + steps[i], now += 1000, false), steps[i]);
        for (; now < 1000 + 15 * MINUTE; now += 1000) {
            steady_clock_follow(&clock, WALL + now - 1000 + steps[i], now, false);
            long long shown = steady_clock_ms(&clock, now);
            assert_true(shown >= last && shown <= last + 1100);
            last = shown;
        }
        long long due = 15 * MINUTE, away = last - WALL - due;
        assert_true(away >= -due / 10 - 2000 && away <= due / 10 + 2000);
    }
}

static void it_catches_up(void **state)
{
    struct steady_clock clock = {0};
    long long now = 0;
    (void)state;

    steady_clock_set(&clock, WALL, now);
    for (; now < 101 * MINUTE; now += 1000)
        steady_clock_follow(&clock, WALL + now + 10 * MINUTE, now, false);
    assert_int_equal(steady_clock_ms(&clock, now), WALL + now + 10 * MINUTE);
}

static void it_steps_when_nothing_is_timed(void **state)
{
    struct steady_clock clock = {0};
    (void)state;

    steady_clock_set(&clock, 0, 5000); /* a machine that begins in 1970 */
    assert_int_equal(steady_clock_follow(&clock, WALL, 6000, true), WALL - 1000);
    assert_int_equal(steady_clock_ms(&clock, 7000), WALL + 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_takes_ten_times_as_long),
        cmocka_unit_test(it_catches_up),
        cmocka_unit_test(it_steps_when_nothing_is_timed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
