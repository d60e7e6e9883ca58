/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/limiter.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/test.h"

static void stops_a_client_after_its_share(void **state)
{
    struct limiter *limiter = limiter_new(30);
    (void)state;

    for (int i = 0; i < 30; i++)
        assert_int_equal(limiter_ask(limiter, "203.0.113.9"), 0);
    assert_in_range(limiter_ask(limiter, "203.0.113.9"), 1, 3);
    assert_in_range(limiter_ask(limiter, "203.0.113.9"), 1, 3); /* asking costs nothing */
    limiter_free(limiter);
}

static void says_how_long_to_wait(void **state)
{
    struct limiter *limiter = limiter_new(1);
    (void)state;

    assert_int_equal(limiter_ask(limiter, "a"), 0);
    assert_in_range(limiter_ask(limiter, "a"), 59, 61);
    limiter_free(limiter);
}

static void one_does_not_pay_for_another(void **state)
{
    struct limiter *limiter = limiter_new(1);
    int welcome = 0;
    (void)state;

    assert_int_equal(limiter_ask(limiter, "203.0.113.9"), 0);
    assert_true(limiter_ask(limiter, "203.0.113.9") > 0);
    for (int i = 0; i < 1000; i++) {
        char client[32];
        snprintf(client, sizeof client, "10.0.%d.%d", i / 250, i % 250);
        welcome += limiter_ask(limiter, client) == 0;
    }
    assert_int_equal(welcome, 1000);
    limiter_free(limiter);
}

static void many_addresses_do_not_lift_the_limit_of_one(void **state)
{
    struct limiter *limiter = limiter_new(1);
    int forgiven = 0;
    (void)state;

    /* A newcomer may take somebody's place, rarely. */
    for (int i = 0; i < 100; i++) {
        char mine[32], others[32];
        snprintf(mine, sizeof mine, "192.0.2.%d", i);
        assert_int_equal(limiter_ask(limiter, mine), 0);
        snprintf(others, sizeof others, "198.51.100.%d", i);
        limiter_ask(limiter, others);
        forgiven += limiter_ask(limiter, mine) == 0;
    }
    assert_true(forgiven < 5);
    limiter_free(limiter);
}

static void forgives_with_time(void **state)
{
    struct limiter *limiter = limiter_new(6000); /* one in 10 ms */
    (void)state;

    while (limiter_ask(limiter, "a") == 0)
        continue;
    usleep(60 * 1000);
    assert_int_equal(limiter_ask(limiter, "a"), 0);
    limiter_free(limiter);
}

static void a_whole_ipv6_network_is_one_client(void **state)
{
    struct limiter *limiter = limiter_new(1);
    (void)state;

    assert_int_equal(limiter_ask(limiter, "2001:db8:1:2::1"), 0);
    assert_true(limiter_ask(limiter, "2001:db8:1:2:ffff::9") > 0);
    assert_int_equal(limiter_ask(limiter, "2001:db8:1:3::1"), 0);
    limiter_free(limiter);
}

static void no_limit_is_no_limit(void **state)
{
    struct limiter *limiter = limiter_new(0);
    (void)state;

    for (int i = 0; i < 100000; i++)
        assert_int_equal(limiter_ask(limiter, "a"), 0);
    limiter_free(limiter);
    limiter_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stops_a_client_after_its_share),
        cmocka_unit_test(says_how_long_to_wait),
        cmocka_unit_test(many_addresses_do_not_lift_the_limit_of_one),
        cmocka_unit_test(one_does_not_pay_for_another),
        cmocka_unit_test(forgives_with_time),
        cmocka_unit_test(a_whole_ipv6_network_is_one_client),
        cmocka_unit_test(no_limit_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
