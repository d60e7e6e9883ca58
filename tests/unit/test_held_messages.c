/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/held_messages.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/test.h"

#define ROOM 4

static struct held_messages *held;

static int make(void **state)
{
    (void)state;
    held = held_messages_new(ROOM);
    return 0;
}

static int end(void **state)
{
    (void)state;
    held_messages_free(held);
    return 0;
}

static struct held_place add(const char *id, const char *receipt)
{
    struct held_place place = {0, 0};

    assert_int_equal(held_messages_add(held, id, receipt, &place), HELD_NEW);
    assert_in_range(place.number, 1, ROOM);
    return place;
}

/* Takes one; its receipt must be this. */
static unsigned take(const char *receipt)
{
    unsigned place = 0;
    char *copy = NULL;

    assert_int_equal(held_messages_take(held, 1, &place, &copy), 1);
    assert_string_equal(copy, receipt);
    free(copy);
    return place;
}

static void takes_no_more_than_there_is_room_for(void **state)
{
    struct held_place place = {77, 0};
    char id[16];
    (void)state;

    for (int i = 0; i < ROOM; i++) {
        snprintf(id, sizeof id, "%d", i);
        add(id, "r");
    }
    assert_int_equal(held_messages_add(held, "more", "r", &place), HELD_FULL);
    assert_int_equal(place.number, 77);
    assert_int_equal(held_messages_add(held, "3", "again", &place), HELD_AGAIN);
    assert_int_equal(held_messages_count(held), ROOM);
}

static void only_what_is_done_is_taken(void **state)
{
    unsigned places[ROOM];
    char *receipts[ROOM];
    (void)state;

    add("a", "1");
    assert_int_equal(held_messages_take(held, ROOM, places, receipts), 0);
    for (unsigned number = 0; number <= ROOM + 1; number++)
        held_messages_done(held, (struct held_place){number, 77});
    assert_int_equal(held_messages_due(held), 0);
}

static void the_newest_receipt_deletes(void **state)
{
    struct held_place place = {0, 0};
    (void)state;

    struct held_place first = add("a", "1");
    assert_int_equal(held_messages_add(held, "a", "2", &place), HELD_AGAIN);
    held_messages_done(held, first);
    assert_int_equal(held_messages_add(held, "a", "3", &place), HELD_AGAIN);
    assert_int_equal(held_messages_due(held), 1);
    assert_int_equal(take("3"), first.number);
    assert_int_equal(held_messages_due(held), 0);
    assert_int_equal(held_messages_count(held), 1);
    held_messages_settle(held, first.number, false);
    assert_int_equal(held_messages_count(held), 0);
}

static void what_could_not_be_deleted_is_due_again(void **state)
{
    struct held_place place = {0, 0};
    (void)state;

    struct held_place one = add("a", "1"), other = add("b", "1b");
    held_messages_done(held, one);
    held_messages_done(held, other);
    assert_int_equal(take("1"), one.number);
    assert_int_equal(held_messages_add(held, "a", "2", &place), HELD_AGAIN);
    held_messages_settle(held, one.number, true);
    assert_int_equal(take("1b"), other.number);
    assert_int_equal(take("2"), one.number);
    held_messages_done(held, one); /* it is taken: no effect */
    assert_int_equal(held_messages_due(held), 0);
}

static void a_place_is_used_again(void **state)
{
    char id[16];
    (void)state;

    for (int i = 0; i < 3 * ROOM; i++) {
        snprintf(id, sizeof id, "%d", i);
        held_messages_done(held, add(id, id));
        held_messages_settle(held, take(id), false);
    }
    assert_int_equal(held_messages_count(held), 0);
}

/* What was forgotten is not deleted when its acknowledgement comes late, and neither is what has its place.
 */
static void what_is_forgotten_is_not_deleted(void **state)
{
    (void)state;

    struct held_place done = add("a", "1"), forgotten = add("b", "2");
    held_messages_done(held, done);
    held_messages_forget(held);
    assert_int_equal(held_messages_count(held), 1);
    struct held_place again = add("b", "3");
    assert_int_equal(again.number, forgotten.number);
    held_messages_done(held, forgotten);
    assert_int_equal(held_messages_due(held), 1);
    assert_int_equal(take("1"), done.number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_no_more_than_there_is_room_for, make, end),
        cmocka_unit_test_setup_teardown(only_what_is_done_is_taken, make, end),
        cmocka_unit_test_setup_teardown(the_newest_receipt_deletes, make, end),
        cmocka_unit_test_setup_teardown(what_could_not_be_deleted_is_due_again, make, end),
        cmocka_unit_test_setup_teardown(a_place_is_used_again, make, end),
        cmocka_unit_test_setup_teardown(what_is_forgotten_is_not_deleted, make, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
