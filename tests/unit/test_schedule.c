/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/schedule.h"

#include "tests/unit/test.h"

static const struct schedule usual = {{5000, 10000, 20000, 40000, 60000}, 5};

static void stays_within_ten_percent(void **state)
{
    (void)state;

    for (unsigned published = 1; published <= 8; published++) {
        long long middle = usual.delays_ms[published > 5 ? 4 : published - 1];
        assert_int_equal(schedule_delay_ms(&usual, published, 0), middle - middle / 10);
        assert_int_equal(schedule_delay_ms(&usual, published, UINT32_MAX), middle + middle / 10);
        assert_int_equal(schedule_delay_ms(&usual, published, UINT32_MAX / 2), middle);
    }
}

static void last_delay_repeats(void **state)
{
    (void)state;

    assert_int_equal(schedule_delay_ms(&usual, 5, 0), 54000);
    assert_int_equal(schedule_delay_ms(&usual, 6, 0), 54000);
    assert_int_equal(schedule_delay_ms(&usual, UINT32_MAX, 0), 54000);
}

static void zero_is_taken_for_the_first(void **state)
{
    (void)state;
    assert_int_equal(schedule_delay_ms(&usual, 0, 0), 4500);
}

static void bounds_do_not_overflow(void **state)
{
    static const struct schedule extremes = {{1, 3600000}, 2};
    (void)state;

    assert_int_equal(schedule_delay_ms(&extremes, 1, UINT32_MAX), 1);
    assert_int_equal(schedule_delay_ms(&extremes, 2, UINT32_MAX), 3960000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_within_ten_percent),
        cmocka_unit_test(last_delay_repeats),
        cmocka_unit_test(zero_is_taken_for_the_first),
        cmocka_unit_test(bounds_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
