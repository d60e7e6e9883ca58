/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/fair_queue.h"

#include "base/memory.h"
#include "tests/unit/test.h"

#define SECOND 1000000

/* Adds an entry of that client. */
static void add(struct fair_queue *queue, struct fair_entry *entry, uint64_t network, uint64_t address)
{
    *entry = (struct fair_entry){.client = {network, address}};
    fair_queue_add(queue, entry);
}

/* Runs the next one to its end for so long, and returns it. */
static struct fair_entry *run(struct fair_queue *queue, long long us)
{
    struct fair_entry *entry = fair_queue_next(queue);

    assert_non_null(entry);
    fair_queue_start(queue, entry);
    fair_queue_charge(queue, entry, us);
    fair_queue_leave(queue, entry);
    return entry;
}

static void an_empty_queue_has_none(void **state)
{
    struct fair_queue queue = {0};
    (void)state;

    assert_null(fair_queue_next(&queue));
    assert_null(fair_queue_oldest(&queue));
    assert_null(fair_queue_last_of_most(&queue));
    fair_queue_fini(&queue);
}

static void one_client_is_served_in_order(void **state)
{
    struct fair_queue queue = {0};
    struct fair_entry entries[10];
    (void)state;

    for (int i = 0; i < 10; i++)
        add(&queue, &entries[i], 1, 1);
    for (int i = 0; i < 10; i++) {
        assert_ptr_equal(fair_queue_oldest(&queue), &entries[i]);
        assert_ptr_equal(run(&queue, i), &entries[i]);
    }
    assert_int_equal(queue.waiting, 0);
    fair_queue_fini(&queue);
}

static void a_newcomer_is_next_however_many_wait(void **state)
{
    struct fair_queue queue = {0};
    struct fair_entry many[100], other;
    (void)state;

    for (int i = 0; i < 100; i++)
        add(&queue, &many[i], 1, 1);
    for (int i = 0; i < 50; i++)
        run(&queue, SECOND);
    add(&queue, &other, 2, 2);
    assert_ptr_equal(run(&queue, SECOND), &other);
    for (int i = 50; i < 100; i++)
        run(&queue, SECOND);
    fair_queue_fini(&queue);
}

/* Both always have work; what they use differs by a hundred times. */
static void clients_share_time_and_not_turns(void **state)
{
    struct fair_queue queue = {0};
    struct fair_entry costly, cheap;
    long long used_by_costly = 0, used_by_cheap = 0;
    (void)state;

    add(&queue, &costly, 1, 1);
    add(&queue, &cheap, 2, 2);
    for (int i = 0; i < 10000; i++) {
        if (fair_queue_next(&queue) == &costly) {
            run(&queue, SECOND);
            used_by_costly += SECOND;
            add(&queue, &costly, 1, 1);
        } else {
            run(&queue, SECOND / 100);
            used_by_cheap += SECOND / 100;
            add(&queue, &cheap, 2, 2);
        }
    }
    assert_in_range(used_by_cheap, used_by_costly - 2 * SECOND, used_by_costly + 2 * SECOND);
    run(&queue, 0);
    run(&queue, 0);
    fair_queue_fini(&queue);
}

/* Three hundred addresses of two networks get no more than two thirds beside one of a third network. */
static void many_addresses_get_no_more_than_their_network(void **state)
{
    enum { ADDRESSES = 300 };
    struct fair_queue queue = {0};
    struct fair_entry many[ADDRESSES], other;
    int served = 0;
    (void)state;

    for (int i = 0; i < ADDRESSES; i++)
        add(&queue, &many[i], 1 + (uint64_t)i / 200, 1000 + (uint64_t)i);
    add(&queue, &other, 9, 9);
    for (int i = 0; i < 90; i++) {
        if (run(&queue, SECOND) != &other)
            continue;
        served++;
        add(&queue, &other, 9, 9);
    }
    assert_in_range(served, 29, 31);
    while (queue.waiting)
        run(&queue, SECOND);
    fair_queue_fini(&queue);
}

/* Within a network, too: one address among many that have had their share. */
static void an_address_is_next_in_its_network(void **state)
{
    struct fair_queue queue = {0};
    struct fair_entry entries[4], other;
    (void)state;

    for (int i = 0; i < 4; i++)
        add(&queue, &entries[i], 1, 1 + (uint64_t)i % 2);
    run(&queue, SECOND);
    run(&queue, SECOND);
    add(&queue, &other, 1, 3);
    assert_ptr_equal(run(&queue, SECOND), &other);
    run(&queue, SECOND);
    run(&queue, SECOND);
    fair_queue_fini(&queue);
}

static void a_debt_is_remembered_while_others_are_busy(void **state)
{
    struct fair_queue queue = {0};
    struct fair_entry debtor, others[3], again;
    (void)state;

    add(&queue, &debtor, 1, 1);
    add(&queue, &others[0], 2, 2);
    add(&queue, &others[1], 2, 2);
    add(&queue, &others[2], 2, 2);
    assert_ptr_equal(run(&queue, 10 * SECOND), &debtor);
    assert_ptr_equal(run(&queue, SECOND), &others[0]);
    add(&queue, &again, 1, 1);
    assert_ptr_equal(run(&queue, SECOND), &others[1]);
    assert_ptr_equal(run(&queue, SECOND), &others[2]);
    assert_ptr_equal(run(&queue, SECOND), &again);
    fair_queue_fini(&queue);
}

static void idleness_earns_nothing(void **state)
{
    struct fair_queue queue = {0};
    struct fair_entry busy[20], idle[20];
    int turns = 0;
    (void)state;

    add(&queue, &idle[0], 2, 2);
    add(&queue, &busy[0], 1, 1);
    add(&queue, &busy[1], 1, 1);
    run(&queue, SECOND);
    for (int i = 2; i < 20; i++) { /* it uses eighteen seconds while the other does nothing */
        run(&queue, SECOND);
        add(&queue, &busy[i], 1, 1);
    }
    for (int i = 1; i < 10; i++)
        add(&queue, &idle[i], 2, 2);
    for (int i = 0; i < 4; i++)
        turns += run(&queue, SECOND)->client.address == 2;
    assert_in_range(turns, 1, 3);
    while (queue.waiting)
        run(&queue, SECOND);
    fair_queue_fini(&queue);
}

static void one_that_runs_makes_room_for_one_that_has_used_less(void **state)
{
    struct fair_queue queue = {0};
    struct fair_entry costly, second, other;
    (void)state;

    add(&queue, &costly, 1, 1);
    fair_queue_start(&queue, &costly);
    fair_queue_charge(&queue, &costly, SECOND);
    assert_false(fair_queue_is_due_before(&queue, &costly)); /* none waits */
    add(&queue, &second, 1, 1);
    assert_true(
        fair_queue_is_due_before(&queue, &costly)); /* its own second one: behind it may be a person */
    add(&queue, &other, 2, 2);
    assert_true(fair_queue_is_due_before(&queue, &costly));
    fair_queue_stop(&queue, &costly);
    assert_int_equal(queue.waiting, 3);
    assert_ptr_equal(fair_queue_oldest(&queue), &costly);
    assert_ptr_equal(run(&queue, 3 * SECOND), &other);
    assert_ptr_equal(run(&queue, SECOND), &second);
    fair_queue_start(&queue, &costly);
    assert_false(fair_queue_is_due_before(&queue, &costly));
    fair_queue_leave(&queue, &costly);
    assert_int_equal(queue.running, 0);
    fair_queue_fini(&queue);
}

static void one_that_has_used_less_stays(void **state)
{
    struct fair_queue queue = {0};
    struct fair_entry running, waiting;
    (void)state;

    add(&queue, &waiting, 1, 1);
    fair_queue_start(&queue, &waiting);
    fair_queue_charge(&queue, &waiting, 5 * SECOND);
    add(&queue, &running, 2, 2);
    fair_queue_stop(&queue, &waiting);
    fair_queue_start(&queue, &running);
    fair_queue_charge(&queue, &running, SECOND);
    assert_false(fair_queue_is_due_before(&queue, &running));
    fair_queue_charge(&queue, &running, 5 * SECOND);
    assert_true(fair_queue_is_due_before(&queue, &running));
    fair_queue_leave(&queue, &running);
    fair_queue_leave(&queue, &waiting);
    fair_queue_fini(&queue);
}

static void the_last_of_the_one_that_has_most_is_given_up(void **state)
{
    struct fair_queue queue = {0};
    struct fair_entry one[2], crowd[4], lonely;
    (void)state;

    add(&queue, &one[0], 1, 1);
    add(&queue, &crowd[0], 2, 21);
    add(&queue, &crowd[1], 2, 22);
    add(&queue, &crowd[2], 2, 22);
    add(&queue, &one[1], 1, 1);
    add(&queue, &crowd[3], 2, 23);
    add(&queue, &lonely, 3, 3);
    assert_ptr_equal(fair_queue_last_of_most(&queue),
                     &crowd[2]); /* four of its network, two of its address */
    fair_queue_leave(&queue, &crowd[2]);
    assert_ptr_equal(fair_queue_last_of_most(&queue), &crowd[3]);
    fair_queue_leave(&queue, &crowd[3]);
    assert_ptr_equal(fair_queue_last_of_most(&queue), &one[1]);
    while (queue.waiting)
        run(&queue, 1);
    fair_queue_fini(&queue);
}

/* The sanitizers see that it is freed, too. */
static void what_is_remembered_of_many_clients_has_an_end(void **state)
{
    enum { CLIENTS = 20000 };
    struct fair_queue queue = {0};
    struct fair_entry always, entry, other;
    (void)state;

    add(&queue, &always, 1, 1);
    fair_queue_start(&queue, &always);
    for (uint64_t i = 0; i < FEWER(CLIENTS); i++) {
        add(&queue, &entry, 100 + i / 10, 100 + i);
        run(&queue, SECOND);
        assert_true(queue.idle <= 300);
    }
    add(&queue, &other, 2, 2);
    assert_ptr_equal(run(&queue, 1), &other);
    fair_queue_leave(&queue, &always);
    assert_null(queue.shares);
    fair_queue_fini(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_queue_has_none),
        cmocka_unit_test(one_client_is_served_in_order),
        cmocka_unit_test(a_newcomer_is_next_however_many_wait),
        cmocka_unit_test(clients_share_time_and_not_turns),
        cmocka_unit_test(many_addresses_get_no_more_than_their_network),
        cmocka_unit_test(an_address_is_next_in_its_network),
        cmocka_unit_test(a_debt_is_remembered_while_others_are_busy),
        cmocka_unit_test(idleness_earns_nothing),
        cmocka_unit_test(one_that_runs_makes_room_for_one_that_has_used_less),
        cmocka_unit_test(one_that_has_used_less_stays),
        cmocka_unit_test(the_last_of_the_one_that_has_most_is_given_up),
        cmocka_unit_test(what_is_remembered_of_many_clients_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
