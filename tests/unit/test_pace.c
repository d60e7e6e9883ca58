/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/pace.h"

#include "tests/unit/test.h"

/* Takes as much as it may in every millisecond of a time; how many that was. */
static int take_all(struct pace *pace, long long from_ms, long long to_ms)
{
    int taken = 0;

    for (long long now = from_ms; now < to_ms; now++)
        while (pace_take(pace, now) == 0)
            taken++;
    return taken;
}

static void makes_wait_when_nothing_is_left(void **state)
{
    struct pace pace;
    (void)state;

    pace_init(&pace, 10);
    assert_int_equal(pace_take(&pace, 1000), 0);
    long long wait = pace_take(&pace, 1000);
    assert_in_range(wait, 102, 104);
    assert_in_range(pace_take(&pace, 1050), 52, 54); /* asking costs nothing */
    assert_int_equal(pace_take(&pace, 1000 + wait), 0);
    assert_true(pace_take(&pace, 1000 + wait) > 0);
}

static void a_silence_saves_up_next_to_nothing(void **state)
{
    static const int rates[][2] = {{1, 1}, {10, 1}, {50, 1}, {100, 1}, {1000, 9}};
    (void)state;

    for (size_t i = 0; i < COUNT(rates); i++) {
        struct pace pace;
        pace_init(&pace, rates[i][0]);
        assert_int_equal(take_all(&pace, 1000, 1001), 1);
        assert_int_equal(take_all(&pace, 10000000, 10000001), rates[i][1]);
    }
}

static void keeps_the_rate_over_time(void **state)
{
    static const int rates[] = {1, 3, 7, 50, 99, 100, 333};
    (void)state;

    for (size_t i = 0; i < COUNT(rates); i++) {
        struct pace pace;
        pace_init(&pace, rates[i]);
        int taken = take_all(&pace, 5000, 5000 + 60000);
        assert_in_range(taken, rates[i] * 60 * 97 / 100, rates[i] * 60);
    }
}

/* A publisher that looks every few milliseconds, after a silence. */
static void no_second_has_more_than_the_rate(void **state)
{
    enum { RATE = 100, MILLISECONDS = 5000 };
    static int taken[MILLISECONDS];
    struct pace pace;
    (void)state;

    pace_init(&pace, RATE);
    assert_int_equal(pace_take(&pace, 1000), 0);
    for (int ms = 0; ms < MILLISECONDS; ms += 3)
        while (pace_take(&pace, 100000 + ms) == 0)
            taken[ms]++;
    for (int from = 0; from + 1000 <= MILLISECONDS; from++) {
        int sum = 0;
        for (int ms = from; ms < from + 1000; ms++)
            sum += taken[ms];
        assert_in_range(sum, 90, RATE);
    }
}

static void a_wait_that_was_kept_is_enough(void **state)
{
    static const int rates[] = {1, 3, 7, 99, 100, 333, 5000};
    (void)state;

    for (size_t i = 0; i < COUNT(rates); i++) {
        struct pace pace;
        long long now = 1000;
        pace_init(&pace, rates[i]);
        for (int j = 0; j < 100; j++) {
            long long wait = pace_take(&pace, now);
            if (wait == 0)
                continue;
            now += wait;
            assert_int_equal(pace_take(&pace, now), 0);
        }
    }
}

static void a_clock_that_stands_gives_nothing(void **state)
{
    struct pace pace;
    (void)state;

    pace_init(&pace, 1000);
    assert_int_equal(pace_take(&pace, 5000), 0);
    for (int i = 0; i < 1000; i++)
        assert_true(pace_take(&pace, 5000) > 0);
}

static void no_rate_is_no_limit(void **state)
{
    struct pace pace;
    (void)state;

    pace_init(&pace, 0);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(pace_take(&pace, 1000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_wait_when_nothing_is_left),
        cmocka_unit_test(a_silence_saves_up_next_to_nothing),
        cmocka_unit_test(no_second_has_more_than_the_rate),
        cmocka_unit_test(a_wait_that_was_kept_is_enough),
        cmocka_unit_test(a_clock_that_stands_gives_nothing),
        cmocka_unit_test(keeps_the_rate_over_time),
        cmocka_unit_test(no_rate_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
