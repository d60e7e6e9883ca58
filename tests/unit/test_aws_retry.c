/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/retry.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "tests/unit/test.h"

static void the_limit_doubles_up_to_the_most(void **state)
{
    static const long long limits[] = {200, 400, 800, 1600, 3200, 6400, 12800, 20000, 20000};
    (void)state;

    for (size_t i = 0; i < COUNT(limits); i++)
        assert_int_equal(aws_retry_limit_ms((unsigned)i + 1, AWS_RETRY_BASE_MS), limits[i]);
    assert_int_equal(aws_retry_limit_ms(4000000000u, 1), AWS_RETRY_MOST_MS);
}

static void waits_are_spread_over_all_of_it(void **state)
{
    long long least = 800, most = 0;
    (void)state;

    for (int i = 0; i < 2000; i++) {
        long long wait = aws_retry_wait_ms(3, 200, -1);
        assert_in_range(wait, 0, 800);
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
    }
    assert_true(least < 80 && most > 720);
}

static void what_the_service_asks_for_is_kept_within_reason(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_in_range(aws_retry_wait_ms(1, 200, 7), 7000, 7000);
        assert_in_range(aws_retry_wait_ms(1, 200, 0), 0, 200);
        assert_int_equal(aws_retry_wait_ms(1, 200, 86400), AWS_RETRY_AFTER_MOST_MS);
        assert_int_equal(aws_retry_wait_ms(1, 200, __LONG_MAX__), AWS_RETRY_AFTER_MOST_MS);
    }
}

static void an_interruption_ends_the_sleep(void **state)
{
    static const atomic_int yes = 1, no = 0;
    (void)state;

    assert_false(aws_retry_sleep(24L * 3600 * 1000, &yes)); /* or this test lasts a day */
    assert_true(aws_retry_sleep(0, &no));
    assert_true(aws_retry_sleep(1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_doubles_up_to_the_most),
        cmocka_unit_test(waits_are_spread_over_all_of_it),
        cmocka_unit_test(what_the_service_asks_for_is_kept_within_reason),
        cmocka_unit_test(an_interruption_ends_the_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
