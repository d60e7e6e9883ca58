/* SPDX-License-Identifier: Apache-2.0 */
/* What a record does, not by how much: the figures are tuned by simulation. */
#include "server/onboarding/networks.h"

#include <math.h>

#include "tests/unit/test.h"

#define NOON 1700000000000LL
#define MINUTE 60000LL
#define HALF_LIFE (30 * MINUTE)

static struct networks *networks;

static int begin(void **state)
{
    (void)state;
    networks = networks_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    networks_free(networks);
    return 0;
}

static struct network *network_at(uint64_t key, long long now)
{
    return networks_at(networks, networks_find(networks, key, now));
}

static struct network *network_with(uint64_t key, int arrivals, int expiries)
{
    struct network *network = network_at(key, NOON);

    for (int i = 0; i < arrivals; i++)
        network_arrived(network, NOON);
    for (int i = 0; i < expiries; i++)
        network_expired(network, NOON);
    return network;
}

static void assert_near(double got, double wanted, int line)
{
    if (!(fabs(got - wanted) < 0.01 * fabs(wanted) + 1e-9))
        fail_msg("line %d: %g instead of %g", line, got, wanted);
}
#define ASSERT_NEAR(got, wanted) assert_near(got, wanted, __LINE__)

/* ---- places ---- */

static void a_network_keeps_its_place(void **state)
{
    uint32_t places[300];
    (void)state;

    networks_free(NULL);
    for (uint64_t i = 0; i < COUNT(places); i++)
        places[i] = networks_find(networks, i << 40 | 7, NOON);
    for (uint64_t i = 0; i < COUNT(places); i++) {
        assert_int_equal(networks_find(networks, i << 40 | 7, NOON + MINUTE), places[i]);
        assert_int_equal(networks_at(networks, places[i])->key, i << 40 | 7);
        assert_true(networks_at(networks, places[i])->is_used);
    }
    assert_int_equal(networks_places(networks), COUNT(places));
}

static void one_with_open_claims_is_not_forgotten(void **state)
{
    (void)state;

    uint32_t place = networks_find(networks, 5, NOON);
    networks_at(networks, place)->open = 1;
    networks_forget(networks, NOON + 100 * HALF_LIFE);
    assert_true(networks_at(networks, place)->is_used);
    assert_int_equal(networks_find(networks, 5, NOON), place);
}

static void one_with_a_record_is_forgotten_when_it_has_faded(void **state)
{
    (void)state;

    network_with(5, 8, 0);
    network_with(6, 0, 8);
    networks_forget(networks, NOON + HALF_LIFE);
    ASSERT_NEAR(network_at(5, NOON + HALF_LIFE)->arrivals, 4);
    ASSERT_NEAR(network_at(6, NOON + HALF_LIFE)->expiries, 4);
    networks_forget(networks, NOON + 30 * HALF_LIFE);
    assert_false(networks_at(networks, 0)->is_used);
    assert_false(networks_at(networks, 1)->is_used);
    assert_true(network_at(5, NOON)->arrivals == 0);
    assert_true(network_at(6, NOON)->expiries == 0);
}

static void places_are_used_again(void **state)
{
    (void)state;

    for (uint64_t round = 0; round < FEWER(1000); round++) {
        for (uint64_t i = 0; i < 100; i++)
            assert_true(network_at(round * 100 + i, NOON)->arrivals == 0);
        networks_forget(networks, NOON);
    }
    assert_int_equal(networks_places(networks), 100);
}

/* ---- the record ---- */

static void a_record_halves_every_half_hour(void **state)
{
    struct network *network = network_with(5, 100, 40);
    (void)state;

    for (long long at = 0; at <= HALF_LIFE; at += 100) /* however often it is looked at */
        (void)network_quality(network, NOON + at);
    ASSERT_NEAR(network->arrivals, 50);
    ASSERT_NEAR(network->expiries, 20);
    (void)network_quality(network, NOON + 2 * HALF_LIFE);
    ASSERT_NEAR(network->arrivals, 25);
    network_arrived(network, NOON + 3 * HALF_LIFE);
    ASSERT_NEAR(network->arrivals, 13.5);
    network_expired(network, NOON + 3 * HALF_LIFE);
    ASSERT_NEAR(network->expiries, 6);
}

static void a_record_does_not_grow_where_the_clock_goes_back(void **state)
{
    struct network *network = network_with(5, 100, 40);
    (void)state;

    (void)network_quality(network, NOON - 2 * HALF_LIFE);
    network_arrived(network, NOON - 2 * HALF_LIFE);
    ASSERT_NEAR(network->arrivals, 101);
    ASSERT_NEAR(network->expiries, 40);
}

static void a_new_network_is_trusted(void **state)
{
    struct network *network = network_at(5, NOON);
    (void)state;

    assert_true(network_quality(network, NOON) == 1);
    ASSERT_NEAR(network_weight(network, NOON), 1);
    assert_true(network_allowance(network, NOON) >= 1);
    assert_true(network_allowance(network, NOON) < 100);
}

static void expiries_and_claims_without_arrival_lower_it(void **state)
{
    struct network *network = network_at(5, NOON);
    double quality = 1, weight = network_weight(network, NOON), allowance = network_allowance(network, NOON);
    (void)state;

    for (int i = 0; i < 1000; i++) {
        network_expired(network, NOON);
        double now = network_quality(network, NOON);
        assert_true(now <= quality && now > 0);
        assert_true(network_weight(network, NOON) <= weight && network_weight(network, NOON) > 0);
        assert_true(network_allowance(network, NOON) <= allowance);
        quality = now;
        weight = network_weight(network, NOON);
        allowance = network_allowance(network, NOON);
    }
    assert_true(quality < 0.1);
    assert_true(weight < 0.1);
    assert_true(allowance < 1);
    network = network_at(6, NOON);
    network->open = network->old = network->tried = 1000;
    assert_true(network_quality(network, NOON) < 0.1);
}

static void arrivals_raise_it(void **state)
{
    struct network *network = network_with(5, 0, 100);
    double quality = network_quality(network, NOON), weight = network_weight(network, NOON);
    double allowance = network_allowance(network, NOON);
    (void)state;

    for (int i = 0; i < 200; i++)
        network_arrived(network, NOON);
    assert_true(network_quality(network, NOON) > quality);
    assert_true(network_weight(network, NOON) > weight);
    assert_true(network_allowance(network, NOON) > allowance);
    network = network_with(6, 100, 0);
    assert_true(network_quality(network, NOON) == 1);
    assert_true(network_weight(network, NOON) > 10);
    assert_true(network_allowance(network, NOON) >= 100);
    network = network_with(7, 1000, 100); /* a carrier's */
    assert_true(network_quality(network, NOON) == 1);
}

static void nothing_is_held_against_the_unknown_one(void **state)
{
    double other = network_weight(network_at(5, NOON), NOON);
    struct network *network = network_with(NETWORK_UNKNOWN, 0, 100000);
    (void)state;

    network->open = network->old = network->tried = 100000;
    assert_true(network_quality(network, NOON) == 1);
    assert_true(isinf(network_allowance(network, NOON)));
    assert_true(network_weight(network, NOON) >= other);
}

/* ---- what the store keeps ---- */

static void what_the_store_knew_is_added(void **state)
{
    struct network_record record = {5, 100, 40, NOON - HALF_LIFE, 0, 0},
                          fresh = {6, 10, 4, NOON + HALF_LIFE, 0, 0};
    struct network_record out[4];
    (void)state;

    networks_set(networks, &record, NOON);
    ASSERT_NEAR(network_at(5, NOON)->arrivals, 50);
    ASSERT_NEAR(network_at(5, NOON)->expiries, 20);
    networks_set(networks, &record, NOON);
    ASSERT_NEAR(network_at(5, NOON)->arrivals, 100);
    networks_set(networks, &fresh, NOON); /* of a clock that was ahead */
    ASSERT_NEAR(network_at(6, NOON)->arrivals, 10);
    ASSERT_NEAR(network_at(6, NOON)->expiries, 4);
    assert_int_equal(networks_changed(networks, out, COUNT(out)), 0);
}

static void what_has_changed_is_copied_once(void **state)
{
    struct network_record out[4];
    (void)state;

    assert_int_equal(networks_changed(networks, out, COUNT(out)), 0);
    network_with(5, 3, 0);
    network_with(6, 0, 2);
    network_at(7, NOON);
    assert_int_equal(networks_changed(networks, out, COUNT(out)), 2);
    const struct network_record *five = &out[out[0].key == 5 ? 0 : 1];
    assert_int_equal(five->key, 5);
    ASSERT_NEAR(five->arrivals, 3);
    ASSERT_NEAR(five->expiries, 0);
    assert_int_equal(five->as_of, NOON);
    assert_int_equal(networks_changed(networks, out, COUNT(out)), 0);
    network_arrived(network_at(5, NOON), NOON);
    assert_int_equal(networks_changed(networks, out, COUNT(out)), 1);
    assert_int_equal(out[0].key, 5);
    ASSERT_NEAR(out[0].arrivals, 4);
}

static void what_is_recorded_survives(void **state)
{
    struct network_record out[4];
    double quality, allowance;
    (void)state;

    quality = network_quality(network_with(5, 7, 30), NOON);
    allowance = network_allowance(network_at(5, NOON), NOON);
    assert_int_equal(networks_changed(networks, out, COUNT(out)), 1);
    networks_free(networks);
    networks = networks_new();
    networks_set(networks, &out[0], NOON);
    ASSERT_NEAR(network_quality(network_at(5, NOON), NOON), quality);
    ASSERT_NEAR(network_allowance(network_at(5, NOON), NOON), allowance);
}

/* The store still says that they are open. */
static void one_that_has_ended_is_not_forgotten_before_it_is_copied(void **state)
{
    struct network_record out[4];
    (void)state;

    network_at(5, NOON)->open = 100;
    assert_int_equal(networks_changed(networks, out, COUNT(out)), 1);
    network_at(5, NOON)->open = 0;
    networks_forget(networks, NOON);
    assert_int_equal(networks_changed(networks, out, COUNT(out)), 1);
    assert_int_equal(out[0].key, 5);
    assert_int_equal(out[0].open, 0);
}

/* There are more of them than one call copies, and all of them change all the time. */
static void all_that_change_have_their_turn(void **state)
{
    bool copied[100] = {false};
    struct network_record out[8];
    (void)state;

    for (size_t round = 0; round < 26; round++) {
        for (uint64_t i = 0; i < COUNT(copied); i++)
            network_arrived(network_at(i + 1, NOON), NOON);
        assert_int_equal(networks_changed(networks, out, COUNT(out)), COUNT(out));
        for (size_t i = 0; i < COUNT(out); i++)
            copied[out[i].key - 1] = true;
    }
    for (size_t i = 0; i < COUNT(copied); i++)
        if (!copied[i])
            fail_msg("network %zu is never copied", i + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_network_keeps_its_place),
        TEST(one_with_open_claims_is_not_forgotten),
        TEST(one_with_a_record_is_forgotten_when_it_has_faded),
        TEST(places_are_used_again),
        TEST(a_record_halves_every_half_hour),
        TEST(a_record_does_not_grow_where_the_clock_goes_back),
        TEST(a_new_network_is_trusted),
        TEST(expiries_and_claims_without_arrival_lower_it),
        TEST(arrivals_raise_it),
        TEST(nothing_is_held_against_the_unknown_one),
        TEST(what_the_store_knew_is_added),
        TEST(what_has_changed_is_copied_once),
        TEST(what_is_recorded_survives),
        TEST(one_that_has_ended_is_not_forgotten_before_it_is_copied),
        TEST(all_that_change_have_their_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
