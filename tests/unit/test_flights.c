/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/flights.h"

#include "tests/unit/test.h"

static const struct delivery one = {.claim_id = 1}, two = {.claim_id = 2};

static void no_more_than_the_window(void **state)
{
    struct flights *flights = flights_new();
    unsigned long cookie;
    (void)state;

    assert_true(flights_start(flights, &one, 1, &cookie));
    assert_false(flights_start(flights, &two, 1, &cookie));
    for (int i = 1; i < FLIGHTS_MAX; i++)
        assert_true(flights_start(flights, &two, FLIGHTS_MAX, &cookie));
    assert_false(flights_start(flights, &two, FLIGHTS_MAX + 1, &cookie));
    assert_int_equal(flights_count(flights), FLIGHTS_MAX);
    flights_free(flights);
    flights_free(NULL);
}

static void one_that_was_not_sent_leaves_room(void **state)
{
    struct flights *flights = flights_new();
    unsigned long cookie;
    (void)state;

    assert_true(flights_start(flights, &one, 1, &cookie));
    flights_abort(flights, cookie);
    assert_int_equal(flights_count(flights), 0);
    assert_true(flights_start(flights, &two, 1, &cookie));
    flights_free(flights);
}

static void a_puback_lands_its_own_delivery_once(void **state)
{
    struct flights *flights = flights_new();
    struct landing landed[FLIGHTS_MAX];
    unsigned long first, second;
    (void)state;

    assert_true(flights_start(flights, &one, 2, &first));
    assert_true(flights_start(flights, &two, 2, &second));
    assert_false(flights_acknowledged(flights, second)); /* another may still come */
    assert_int_equal(flights_land(flights, landed), 1);
    assert_int_equal(landed[0].delivery.claim_id, 2);
    assert_in_range(landed[0].latency_ms, 0, 1000);
    assert_true(flights_acknowledged(flights, second)); /* Paho calls twice */
    assert_int_equal(flights_land(flights, landed), 0);
    assert_int_equal(flights_count(flights), 1);
    flights_free(flights);
}

static void a_lost_connection_gives_all_back(void **state)
{
    struct flights *flights = flights_new();
    struct landing lost[FLIGHTS_MAX];
    unsigned long cookie;
    (void)state;

    assert_true(flights_start(flights, &one, 2, &cookie));
    assert_true(flights_start(flights, &two, 2, &cookie));
    assert_int_equal(flights_lose(flights, lost), 2);
    assert_int_equal(lost[0].delivery.claim_id + lost[1].delivery.claim_id, 3);
    assert_int_equal(flights_count(flights), 0);
    flights_acknowledged(flights, cookie); /* too late */
    assert_int_equal(flights_land(flights, lost), 0);
    flights_free(flights);
}

static void silence_is_noticed(void **state)
{
    struct flights *flights = flights_new();
    unsigned long cookie;
    (void)state;

    assert_false(flights_overdue(flights, -1));
    assert_true(flights_start(flights, &one, 1, &cookie));
    assert_false(flights_overdue(flights, 60000));
    assert_true(flights_overdue(flights, -1));
    flights_free(flights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_than_the_window),
        cmocka_unit_test(one_that_was_not_sent_leaves_room),
        cmocka_unit_test(a_puback_lands_its_own_delivery_once),
        cmocka_unit_test(a_lost_connection_gives_all_back),
        cmocka_unit_test(silence_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
