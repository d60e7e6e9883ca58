/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/call_pace.h"

#include "tests/unit/test.h"

/* How many devices begin from one time to another, when each begins as soon as it may. */
static int begun(struct call_pace *pace, unsigned long throttled, long long from_ms, long long to_ms)
{
    int count = 0;

    for (long long now = from_ms; now < to_ms; now++) {
        call_pace_follow(pace, throttled, now);
        while (call_pace_wait_ms(pace, now) == 0) {
            call_pace_begin(pace, now);
            count++;
        }
    }
    return count;
}

static void no_second_has_more_than_aws_takes(void **state)
{
    struct call_pace pace;
    (void)state;

    call_pace_init(&pace, CALL_PACE_USUAL, 0);
    for (long long second = 0; second < 60; second++)
        assert_in_range(begun(&pace, 0, second * 1000, second * 1000 + 1000), 9, 10);
    call_pace_init(&pace, CALL_PACE_USUAL, 0);
    assert_in_range(begun(&pace, 0, 0, 60000), 9.4 * 60, 9.6 * 60);
}

static void a_pause_is_not_caught_up(void **state)
{
    struct call_pace pace;
    (void)state;

    call_pace_init(&pace, CALL_PACE_USUAL, 0);
    begun(&pace, 0, 0, 1000);
    assert_in_range(begun(&pace, 0, 600000, 601000), 9, 10);
}

static void throttling_halves_it_and_it_comes_back(void **state)
{
    struct call_pace pace;
    (void)state;

    call_pace_init(&pace, 8, 0);
    assert_in_range(begun(&pace, 0, 0, 1000), 7, 9);
    assert_in_range(begun(&pace, 1, 1000, 2000), 2, 4);
    /* more of the same second count once; none after that lets it grow */
    call_pace_follow(&pace, 2, 2000);
    call_pace_follow(&pace, 3, 2100);
    call_pace_follow(&pace, 9, 2200);
    assert_true(pace.now == 2);
    assert_in_range(begun(&pace, 9, 2200, 12200), 30, 70);
    assert_in_range(begun(&pace, 9, 12200, 13200), 7, 9);
}

static void it_never_stands_still(void **state)
{
    struct call_pace pace;
    (void)state;

    call_pace_init(&pace, 8, 0);
    for (unsigned long i = 1; i < 100; i++)
        call_pace_follow(&pace, i, (long long)i * 1000);
    assert_true(pace.now == CALL_PACE_LEAST);
    assert_true(call_pace_wait_ms(&pace, 99000) <= 4001);
    call_pace_init(&pace, 0.1, 0); /* slower is what was wanted */
    call_pace_follow(&pace, 1, 1000);
    assert_true(pace.now == 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_second_has_more_than_aws_takes),
        cmocka_unit_test(a_pause_is_not_caught_up),
        cmocka_unit_test(throttling_halves_it_and_it_comes_back),
        cmocka_unit_test(it_never_stands_still),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
