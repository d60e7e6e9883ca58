/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/backoff.h"

#include "tests/unit/test.h"

static void never_waits_less_than_the_least(void **state)
{
    struct backoff backoff;
    (void)state;

    backoff_init(&backoff, 1000, 60000);
    for (int i = 0; i < 1000; i++)
        assert_true(backoff_next(&backoff, 0) >= 1000);
}

static void never_waits_much_longer_than_the_most(void **state)
{
    struct backoff backoff;
    (void)state;

    backoff_init(&backoff, 1000, 8000);
    for (int i = 0; i < 1000; i++)
        assert_true(backoff_next(&backoff, 0) <= 8000 + 500);
}

static void doubles_what_it_may_wait(void **state)
{
    struct backoff backoff;
    long long longest[4] = {0};
    (void)state;

    for (int i = 0; i < 2000; i++) {
        backoff_init(&backoff, 100, 60000);
        for (int j = 0; j < 4; j++) {
            long long wait = backoff_next(&backoff, 0);
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
        alike += backoff_next(&one, 0) == backoff_next(&other, 0);
    assert_true(alike < 20);
}

static void is_short_again_after_a_success(void **state)
{
    struct backoff backoff;
    (void)state;

    backoff_init(&backoff, 1000, 60000);
    for (int i = 0; i < 10; i++)
        backoff_next(&backoff, 0);
    backoff_connected(&backoff, 1000);
    assert_in_range(backoff_next(&backoff, 1000 + BACKOFF_STABLE_MS), 1000, 1500);
}

/* Two clients with one client id evict each other for as long as both run. */
static void quick_losses_are_evictions_and_lengthen_the_wait(void **state)
{
    struct backoff backoff;
    long long now = 1000, longest = 0;
    (void)state;

    backoff_init(&backoff, 1000, 5000);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(backoff_is_evicted(&backoff), i >= 2);
        backoff_connected(&backoff, now);
        long long wait = backoff_next(&backoff, now + 50);
        longest = wait > longest ? wait : longest;
        now += 50 + wait;
    }
    assert_in_range(longest, 20000, BACKOFF_STABLE_MS + 500);
    backoff_connected(&backoff, now);
    assert_in_range(backoff_next(&backoff, now + BACKOFF_STABLE_MS), 1000, 1500);
    assert_false(backoff_is_evicted(&backoff));
}

static void a_loss_that_is_explained_is_no_eviction(void **state)
{
    struct backoff backoff;
    (void)state;

    backoff_init(&backoff, 1000, 5000);
    for (int i = 0; i < 20; i++) {
        backoff_connected(&backoff, 1000);
        backoff_reset(&backoff);
        assert_in_range(backoff_next(&backoff, 1050), 1000, 1500);
    }
    assert_false(backoff_is_evicted(&backoff));
}

/* A broker that restarts, or a portal that replaces another one, is no second client. */
static void one_quick_loss_is_no_eviction(void **state)
{
    struct backoff backoff;
    (void)state;

    backoff_init(&backoff, 1000, 5000);
    backoff_connected(&backoff, 1000);
    backoff_next(&backoff, 1050);
    for (int i = 0; i < 10; i++)
        assert_in_range(backoff_next(&backoff, 2000), 1000, 5500);
    assert_false(backoff_is_evicted(&backoff));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_waits_less_than_the_least),
        cmocka_unit_test(never_waits_much_longer_than_the_most),
        cmocka_unit_test(doubles_what_it_may_wait),
        cmocka_unit_test(two_do_not_wait_alike),
        cmocka_unit_test(is_short_again_after_a_success),
        cmocka_unit_test(quick_losses_are_evictions_and_lengthen_the_wait),
        cmocka_unit_test(a_loss_that_is_explained_is_no_eviction),
        cmocka_unit_test(one_quick_loss_is_no_eviction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
