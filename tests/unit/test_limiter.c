/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/limiter.h"

#include <stdio.h>

#include "base/clock.h"
#include "tests/unit/test.h"

static long long now_ms = 1000000;

long long clock_monotonic_ms(void)
{
    return now_ms;
}

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
    assert_int_equal(limiter_ask(limiter, "a"), 61);
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
    (void)state;

    for (int i = 0; i < 1000; i++) {
        char mine[32], others[32];
        snprintf(mine, sizeof mine, "192.0.%d.%d", i / 250, i % 250);
        assert_int_equal(limiter_ask(limiter, mine), 0);
        snprintf(others, sizeof others, "198.51.%d.%d", i / 250, i % 250);
        limiter_ask(limiter, others);
        assert_true(limiter_ask(limiter, mine) > 0);
    }
    limiter_free(limiter);
}

/* Fifty thousand addresses, again and again, in a memory for eight thousand: taking turns refills none. */
static void more_addresses_than_there_is_room_for_get_no_more(void **state)
{
    struct limiter *limiter = limiter_new(1);
    int welcome = 0, more = 0;
    (void)state;

    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 50000; i++) {
            char client[32];
            snprintf(client, sizeof client, "10.%d.%d.%d", i / 62500, i / 250 % 250, i % 250);
            welcome += limiter_ask(limiter, client) == 0;
        }
        more += round > 0 ? welcome : 0;
        if (round == 0) {
            assert_in_range(welcome, 8000, 8192);
            welcome = 0;
        }
    }
    assert_int_equal(more, 0);
    limiter_free(limiter);
}

static void an_ipv6_site_has_a_limit_too(void **state)
{
    struct limiter *limiter = limiter_new(10);
    int welcome = 0;
    (void)state;

    for (int i = 0; i < 1000; i++) {
        char client[64];
        snprintf(client, sizeof client, "2001:db8:1:%x::1", (unsigned)i);
        welcome += limiter_ask(limiter, client) == 0;
    }
    assert_int_equal(welcome, 10 * LIMITER_SITE_FACTOR);
    assert_int_equal(limiter_ask(limiter, "2001:db8:2:1::1"), 0);
    limiter_free(limiter);
}

static void forgives_with_time(void **state)
{
    struct limiter *limiter = limiter_new(6000); /* one in 10 ms */
    (void)state;

    while (limiter_ask(limiter, "a") == 0)
        continue;
    now_ms += 10;
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
        cmocka_unit_test(more_addresses_than_there_is_room_for_get_no_more),
        cmocka_unit_test(an_ipv6_site_has_a_limit_too),
        cmocka_unit_test(one_does_not_pay_for_another),
        cmocka_unit_test(forgives_with_time),
        cmocka_unit_test(a_whole_ipv6_network_is_one_client),
        cmocka_unit_test(no_limit_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
