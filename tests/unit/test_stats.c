/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/stats.h"

#include "tests/unit/test.h"

static void counts_at_and_below_each_bound(void **state)
{
    struct latency latency = {.bounds = latency_bounds_puback};
    struct latency_counts counts;
    (void)state;

    latency_add(&latency, 0);
    latency_add(&latency, 1);
    latency_add(&latency, 2);
    latency_add(&latency, 5000);
    latency_add(&latency, 5001);
    latency_read(&latency, &counts);
    assert_int_equal(counts.buckets[0], 2);
    assert_int_equal(counts.buckets[1], 1);
    assert_int_equal(counts.buckets[LATENCY_BUCKETS - 1], 1);
    assert_int_equal(counts.buckets[LATENCY_BUCKETS], 1);
    assert_true(counts.sum > 10.003 && counts.sum < 10.005);
}

static void bounds_rise(void **state)
{
    (void)state;

    for (int i = 1; i < LATENCY_BUCKETS; i++) {
        assert_true(latency_bounds_puback[i] > latency_bounds_puback[i - 1]);
        assert_true(latency_bounds_first_message[i] > latency_bounds_first_message[i - 1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_at_and_below_each_bound),
        cmocka_unit_test(bounds_rise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
