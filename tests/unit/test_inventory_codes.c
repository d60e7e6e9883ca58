/* SPDX-License-Identifier: Apache-2.0 */
/* The code in the box: right, wrong, and too often wrong. */
#include "server/store/inventory_codes.h"

#include <stdio.h>
#include <string.h>

#include "ownership/guesses.h"
#include "server/store/inventory.h"
#include "tests/unit/store_fixture.h"

#define CODE "7K3M-9QXT-0114"
#define OTHER_CODE "7K3M-9QXT-0115"

static struct code_key key, other_key;

struct call {
    const struct code_key *key;
    const char *thing_name, *typed;
    long long now;
    struct code_result result;
};

static enum store_error run_check(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return inventory_check_code(tx, call->key, call->thing_name, call->typed, strlen(call->typed), call->now,
                                &call->result);
}

static struct code_result check_with(const struct code_key *with, const char *thing_name, const char *typed,
                                     long long now)
{
    struct call call = {.key = with, .thing_name = thing_name, .typed = typed, .now = now};

    ASSERT_OK(store_call(fixture.store, run_check, &call, true));
    return call.result;
}

static struct code_result check(const char *thing_name, const char *typed, long long now)
{
    return check_with(&key, thing_name, typed, now);
}

static enum store_error run_list(struct store_tx *tx, void *argument)
{
    const struct inventory_row *row = argument;
    struct inventory_put put = {
        .rows = row, .count = 1, .columns = INVENTORY_COLUMNS, .replace = true, .now = NOON};
    enum inventory_outcome outcome;

    return inventory_put(tx, &put, &outcome);
}

/* Puts the thing with this code into the inventory; NULL: without one. */
static void list(const char *thing_name, const char *code)
{
    struct inventory_row row = {.serial = "1"};
    char plain[CODE_SIZE];

    snprintf(row.thing_name, sizeof row.thing_name, "%s", thing_name);
    if (code) {
        assert_int_equal(code_normalise(code, strlen(code), plain), CODE_OK);
        code_hash(&key, thing_name, plain, row.code);
    }
    ASSERT_OK(store_call(fixture.store, run_list, &row, true));
}

static void wrong_times(const char *thing_name, unsigned count, long long now)
{
    while (count--)
        assert_int_equal(check(thing_name, OTHER_CODE, now).answer, CODE_WRONG);
}

static void what_is_no_code_is_no_guess(void **state)
{
    struct code_result result;
    (void)state;

    list(THING, CODE);
    for (int i = 0; i < 100; i++) {
        result = check(THING,
                       i % 2 ? "7K3M-9QX"
                               "/"
                             : "7K3",
                       NOON);
        assert_int_equal(result.answer, CODE_UNREADABLE);
        assert_int_equal(result.error, i % 2 ? CODE_BAD_CHARACTER : CODE_TOO_SHORT);
    }
    assert_int_equal(check(THING, CODE, NOON).answer, CODE_RIGHT);
}

static void right_is_right_in_any_writing(void **state)
{
    (void)state;

    list(THING, CODE);
    assert_int_equal(check(THING, CODE, NOON).answer, CODE_RIGHT);
    assert_int_equal(check(THING, "7k3m 9qxt oil4", NOON).answer, CODE_RIGHT);
    assert_int_equal(check(THING, OTHER_CODE, NOON).answer, CODE_WRONG);
}

static void a_code_fits_its_own_device_and_key(void **state)
{
    const struct code_key none = {.length = 0};
    (void)state;

    list(THING, CODE);
    list(OTHER_THING, OTHER_CODE);
    assert_int_equal(check(OTHER_THING, CODE, NOON).answer, CODE_WRONG);
    assert_int_equal(check_with(&other_key, THING, CODE, NOON).answer, CODE_WRONG);
    assert_int_equal(check_with(&none, THING, CODE, NOON).answer, CODE_WRONG);
    assert_int_equal(check(THING, CODE, NOON).answer, CODE_RIGHT);
}

/* The same answers at the same times as for one that has a code. */
static void a_device_without_a_code_is_like_a_wrong_code(void **state)
{
    static const char *const things[] = {THING, OTHER_THING, "thing-without-row"};
    (void)state;

    list(THING, CODE);
    list(OTHER_THING, NULL);
    for (unsigned i = 0; i < GUESSES_FREE + 3; i++) {
        long long now = NOON + i * GUESSES_PAUSE_MAX_MS;
        struct code_result first = check(things[0], OTHER_CODE, now);
        for (size_t j = 1; j < COUNT(things); j++) {
            struct code_result result = check(things[j], OTHER_CODE, now);
            assert_int_equal(result.answer, first.answer);
            assert_int_equal(result.next_at, first.next_at);
        }
    }
}

static void nothing_is_compared_in_a_pause(void **state)
{
    struct code_result result;
    (void)state;

    list(THING, CODE);
    wrong_times(THING, GUESSES_FREE, NOON);
    for (int i = 0; i < 3; i++) { /* and this is no guess: the pause does not grow */
        result = check(THING, i ? CODE : OTHER_CODE, NOON + 1);
        assert_int_equal(result.answer, CODE_LATER);
        assert_int_equal(result.next_at, NOON + GUESSES_PAUSE_MS);
    }
    result = check(THING, OTHER_CODE, NOON + GUESSES_PAUSE_MS);
    assert_int_equal(result.answer, CODE_WRONG);
    assert_int_equal(result.next_at, NOON + 3 * GUESSES_PAUSE_MS);
    assert_int_equal(check(THING, CODE, result.next_at).answer, CODE_RIGHT);
    wrong_times(THING, GUESSES_FREE, result.next_at); /* a right one clears the count */
    assert_int_equal(check(OTHER_THING, OTHER_CODE, NOON).answer, CODE_WRONG); /* each device has its own */
}

static void the_count_survives_a_restart(void **state)
{
    (void)state;

    list(THING, CODE);
    wrong_times(THING, GUESSES_FREE, NOON);
    fixture_close();
    fixture_open();
    assert_int_equal(check(THING, CODE, NOON + 1).answer, CODE_LATER);
}

static void a_code_that_is_replaced_no_longer_fits(void **state)
{
    (void)state;

    list(THING, CODE);
    list(THING, OTHER_CODE);
    assert_int_equal(check(THING, CODE, NOON).answer, CODE_WRONG);
    list(THING, NULL);
    assert_int_equal(check(THING, OTHER_CODE, NOON).answer, CODE_WRONG);
}

static int begin_all(void **state)
{
    (void)state;
    return code_key_read("0123456789abcdef0123456789abcdef", 32, &key) &&
                   code_key_read("0123456789abcdef0123456789abcdeF", 32, &other_key)
               ? 0
               : -1;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_code_is_no_guess),
        TEST(right_is_right_in_any_writing),
        TEST(a_code_fits_its_own_device_and_key),
        TEST(a_device_without_a_code_is_like_a_wrong_code),
        TEST(nothing_is_compared_in_a_pause),
        TEST(the_count_survives_a_restart),
        TEST(a_code_that_is_replaced_no_longer_fits),
    };
    return cmocka_run_group_tests(tests, begin_all, NULL);
}
