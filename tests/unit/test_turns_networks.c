/* SPDX-License-Identifier: Apache-2.0 */
/* How networks share turns: by what they do, not by how much. */
#include "tests/unit/turns_fixture.h"

static void a_network_whose_claims_do_not_arrive_waits_behind_others(void **state)
{
    int others = 0;
    (void)state;

    expire_many(BAD, 1000, 100);
    for (long long id = 501; id <= 600; id++)
        add(id, BAD);
    for (long long id = 1; id <= 80; id++)
        add(id, (uint64_t)id);
    for (int i = 0; i < 90; i++)
        others += take() <= 80;
    assert_int_equal(others, 80);
    assert_int_equal(take_all(), 90); /* but it has its turn */
}

static void nor_does_it_wait_for_ever(void **state)
{
    int bad = 0;
    (void)state;

    expire_many(BAD, 100000, 100);
    add_ripe(10000, 5000);
    for (long long id = 501; id <= 600; id++)
        add(id, BAD);
    for (long long i = 0; i < 98 * 60; i++, now += 10) {
        if (i % 5 == 0)
            add(20000 + i, (uint64_t)i);
        long long id = take();
        bad += id > 500 && id <= 600;
        turns_published(turns, id, now);
    }
    assert_int_equal(bad, 100);
}

/* One network's many claims, before the first of them could arrive, against networks with one each. */
static void a_flood_waits_behind_the_others(void **state)
{
    int others = 0;
    (void)state;

    for (long long id = 1001; id <= 1500; id++)
        add(id, BAD);
    now++;
    for (long long id = 1; id <= 30; id++)
        add(id, (uint64_t)id);
    for (int i = 0; i < 100; i++)
        others += take() < 1000;
    assert_int_equal(others, 30);
}

static void a_network_whose_devices_arrive_is_not_held_back(void **state)
{
    (void)state;

    let_many_arrive(5, 1000, 300);
    for (long long id = 1; id <= 200; id++, now++)
        add(id, id % 10 ? 5 : (uint64_t)id);
    assert_int_equal(counts().later, 0);
    for (long long id = 1; id <= 200; id++)
        ASSERT_TAKES(id);
}

/* A carrier's address with thousands behind it: most wait until it is known that its devices arrive. */
static void arrivals_let_others_in(void **state)
{
    long long taken[40];
    (void)state;

    for (long long id = 1; id <= 200; id++)
        add(id, 5);
    for (size_t i = 0; i < COUNT(taken); i++)
        taken[i] = take();
    assert_in_range(counts().later, 100, 160);
    for (size_t i = 0; i < COUNT(taken); i++) {
        turns_published(turns, taken[i], now);
        turns_remove(turns, taken[i], TURNS_ARRIVED, now);
    }
    assert_in_range(counts().first, 100, 160);
}

static void claims_that_are_open_for_long_count_against_their_network(void **state)
{
    struct networks *networks = turns_networks(turns);
    (void)state;

    for (long long id = 1; id <= 1000; id++, now += SECOND) {
        add_published(id, 5, 0);
        if (id > 300) /* they end at any age */
            turns_remove(turns, id * 7 % 300 + id - 300, TURNS_OTHER, now);
        turns_wait(turns, now, LONG);
    }
    for (long long id = 2001; id <= 3000; id++) /* all at once */
        add_published(id, 5, 0);
    now += 150 * SECOND;
    turns_wait(turns, now, LONG);
    const struct network *network = networks_at(networks, networks_find(networks, 5, now));
    assert_in_range(network->old, network->open - 1000 - 100, network->open - 1000);
    now -= 10 * HOUR; /* their age is the same */
    turns_wait(turns, now, LONG);
    now += HOUR;
    turns_wait(turns, now, LONG);
    assert_in_range(network->open, 1300, 1999);
    assert_int_equal(network->old, network->open);
    for (long long id = 1; id <= 3000; id++)
        turns_remove(turns, id, TURNS_OTHER, now);
    assert_int_equal(network->open, 0);
    assert_int_equal(network->old, 0);
}

static void one_is_not_old_since_another_one_was(void **state)
{
    struct networks *networks = turns_networks(turns);
    (void)state;

    for (long long id = 1; id <= 300; id++)
        add_published(id, 5, 0);
    for (long long id = 1; id <= 300; id++)
        turns_remove(turns, id, TURNS_OTHER, now);
    now += 2 * MINUTE;
    for (long long id = 301; id <= 600; id++)
        add_published(id, 5, 0);
    now += 2 * MINUTE;
    turns_wait(turns, now, LONG);
    assert_int_equal(networks_at(networks, networks_find(networks, 5, now))->old, 0);
}

static void the_unknown_network_is_not_held_back(void **state)
{
    (void)state;

    expire_many(NETWORK_UNKNOWN, 100000, 1000);
    for (long long id = 1; id <= 1000; id++, now++)
        add(id, id % 10 ? NETWORK_UNKNOWN : (uint64_t)id);
    now = NOON + SECOND;
    assert_int_equal(counts().later, 0);
    for (long long id = 1; id <= 1000; id++)
        ASSERT_TAKES(id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, turns_begin, turns_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_network_whose_claims_do_not_arrive_waits_behind_others),
        TEST(nor_does_it_wait_for_ever),
        TEST(a_flood_waits_behind_the_others),
        TEST(a_network_whose_devices_arrive_is_not_held_back),
        TEST(arrivals_let_others_in),
        TEST(claims_that_are_open_for_long_count_against_their_network),
        TEST(one_is_not_old_since_another_one_was),
        TEST(the_unknown_network_is_not_held_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
