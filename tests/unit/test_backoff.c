/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/backoff.h"

#include "tests/unit/test.h"

static void never_waits_less_than_the_least(void **state)
{
    struct backoff backoff;
    (void)state;

    backoff_init(&backoff, 1000, 60000);
    for (int i = 0; i < 1000; i++)
        assert_true(backoff_next(&backoff) >= 1000);
}

static void never_waits_much_longer_than_the_most(void **state)
{
    struct backoff backoff;
    (void)state;

    backoff_init(&backoff, 1000, 8000);
    for (int i = 0; i < 1000; i++)
        assert_true(backoff_next(&backoff) <= 8000 + 500);
}

static void doubles_what_it_may_wait(void **state)
{
    struct backoff backoff;
    long long longest[4] = {0};
    (void)state;

    for (int i = 0; i < 2000; i++) {
        backoff_init(&backoff, 100, 60000);
        for (int j = 0; j < 4; j++) {
            long long wait = backoff_next(&backoff);
            longest[j] = wait > longest[j] ? wait : longest[j];
        }
    }
    assert_in_range(longest[0], 140, 150);
    assert_in_range(longest[1], 220, 250);
    assert_in_range(longest[2], 400, 450);
    assert_in_range(longest[3], 760, 850);
}

static void two_do_not_wait_alike(void **state)
{
    struct backoff one, other;
    int alike = 0;
    (void)state;

    backoff_init(&one, 1000, 60000);
    backoff_init(&other, 1000, 60000);
    for (int i = 0; i < 20; i++)
        alike += backoff_next(&one) == backoff_next(&other);
    assert_true(alike < 20);
}

static void is_short_again_after_a_success(void **state)
{
    struct backoff backoff;
    (void)state;

    backoff_init(&backoff, 1000, 60000);
    for (int i = 0; i < 10; i++)
        backoff_next(&backoff);
    backoff_reset(&backoff);
    assert_in_range(backoff_next(&backoff), 1000, 1500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_waits_less_than_the_least),
        cmocka_unit_test(never_waits_much_longer_than_the_most),
        cmocka_unit_test(doubles_what_it_may_wait),
        cmocka_unit_test(two_do_not_wait_alike),
        cmocka_unit_test(is_short_again_after_a_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
