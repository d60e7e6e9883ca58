/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory: rows that come, change, differ and go. */
#include "server/store/inventory.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/store_fixture.h"

#define GTIN "09506000134352"
#define MANY 3000

struct call {
    struct inventory_put put;
    enum inventory_outcome *outcomes;
    const char *first, *second; /* names; or GTIN and serial */
    size_t room, count;
    struct inventory_row *out;
    char name[IDENTIFIER_SIZE];
};

static struct inventory_row row_of(const char *thing_name, const char *serial)
{
    struct inventory_row row = {.gtin = GTIN, .batch = "b7", .product = "lamp"};

    snprintf(row.thing_name, sizeof row.thing_name, "%s", thing_name);
    snprintf(row.serial, sizeof row.serial, "%s", serial);
    return row;
}

static enum store_error run_put(struct store_tx *tx, void *argument)
{
    const struct call *call = argument;

    return inventory_put(tx, &call->put, call->outcomes);
}

static void put(const struct inventory_put *put, enum inventory_outcome *outcomes)
{
    struct call call = {.put = *put, .outcomes = outcomes};

    ASSERT_OK(store_call(fixture.store, run_put, &call, true));
}

static enum inventory_outcome put_one(struct inventory_row row, unsigned columns, bool replace, long long now)
{
    enum inventory_outcome outcome;

    put(&(struct inventory_put){.rows = &row, .count = 1, .columns = columns, .replace = replace, .now = now},
        &outcome);
    return outcome;
}

static enum store_error run_find(struct store_tx *tx, void *argument)
{
    const struct call *call = argument;

    return inventory_find(tx, call->first, call->out);
}

static enum store_error find(const char *thing_name, struct inventory_row *out)
{
    struct call call = {.first = thing_name, .out = out};

    return store_call(fixture.store, run_find, &call, false);
}

static enum store_error run_by_serial(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return inventory_by_serial(tx, call->first, call->second, call->name);
}

static enum store_error by_serial(const char *gtin, const char *serial, char name[IDENTIFIER_SIZE])
{
    struct call call = {.first = gtin, .second = serial, .name = "untouched"};
    enum store_error error = store_call(fixture.store, run_by_serial, &call, false);

    memcpy(name, call.name, sizeof call.name);
    return error;
}

static enum store_error run_remove(struct store_tx *tx, void *argument)
{
    struct call *call = argument;
    const char *const names[] = {call->first, call->second};

    return inventory_remove(tx, names, 2, &call->count);
}

static enum store_error run_read(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return inventory_read(tx, call->first, call->out, call->room, &call->count);
}

static size_t read_after(const char *name, struct inventory_row *out, size_t room)
{
    struct call call = {.first = name, .out = out, .room = room};

    ASSERT_OK(store_call(fixture.store, run_read, &call, false));
    return call.count;
}

static void what_is_not_there_is_not_found(void **state)
{
    struct inventory_row row = {.serial = "untouched"};
    char name[IDENTIFIER_SIZE];
    (void)state;

    ASSERT_ERROR(find(THING, &row), STORE_NOT_FOUND);
    assert_string_equal(row.serial, "untouched");
    ASSERT_ERROR(by_serial(GTIN, "1", name), STORE_NOT_FOUND);
    assert_string_equal(name, "untouched");
    assert_int_equal(read_after("", &row, 1), 0);
    put(&(struct inventory_put){.columns = INVENTORY_COLUMNS}, NULL);
}

static void a_row_comes_back_as_it_was(void **state)
{
    struct inventory_row row = row_of(THING, "S/1, \"\xc3\xa4\""), back;
    (void)state;

    snprintf(row.code, sizeof row.code, "%064d", 7);
    assert_int_equal(put_one(row, INVENTORY_COLUMNS, false, NOON), INVENTORY_ADDED);
    ASSERT_OK(find(THING, &back));
    assert_string_equal(back.thing_name, row.thing_name);
    assert_string_equal(back.serial, row.serial);
    assert_string_equal(back.gtin, row.gtin);
    assert_string_equal(back.batch, row.batch);
    assert_string_equal(back.code, row.code);
    assert_string_equal(back.product, row.product);
    assert_int_equal(back.changed_at, NOON);
    assert_int_equal(put_one((struct inventory_row){.thing_name = OTHER_THING}, 0, false, NOON),
                     INVENTORY_ADDED);
    ASSERT_OK(find(OTHER_THING, &back));
    assert_string_equal(back.serial, "");
    assert_string_equal(back.code, "");
}

static void what_is_there_is_only_replaced_if_asked(void **state)
{
    struct inventory_row first = row_of(THING, "1"), other = row_of(THING, "2"), back;
    (void)state;

    put_one(first, INVENTORY_COLUMNS, false, NOON);
    assert_int_equal(put_one(other, INVENTORY_COLUMNS, false, NOON + 1), INVENTORY_DIFFERS);
    assert_int_equal(put_one(first, INVENTORY_COLUMNS, true, NOON + 1), INVENTORY_UNCHANGED);
    ASSERT_OK(find(THING, &back));
    assert_string_equal(back.serial, "1");
    assert_int_equal(back.changed_at, NOON);
    assert_int_equal(put_one(other, INVENTORY_COLUMNS, true, NOON + 2), INVENTORY_CHANGED);
    ASSERT_OK(find(THING, &back));
    assert_string_equal(back.serial, "2");
    assert_int_equal(back.changed_at, NOON + 2);
}

static void columns_that_a_list_does_not_have_are_kept(void **state)
{
    struct inventory_row row = row_of(THING, "1"), back;
    struct inventory_row batch = {.thing_name = THING, .batch = "b8"};
    (void)state;

    put_one(row, INVENTORY_COLUMNS, false, NOON);
    assert_int_equal(put_one((struct inventory_row){.thing_name = THING}, 0, true, NOON),
                     INVENTORY_UNCHANGED);
    assert_int_equal(put_one(batch, INVENTORY_BATCH | INVENTORY_PRODUCT, true, NOON), INVENTORY_CHANGED);
    ASSERT_OK(find(THING, &back));
    assert_string_equal(back.serial, "1");
    assert_string_equal(back.batch, "b8");
    assert_string_equal(back.product, "");
}

static void a_serial_number_names_one_thing_or_none(void **state)
{
    struct inventory_row foreign = row_of("another-product", "7");
    char name[IDENTIFIER_SIZE];
    (void)state;

    snprintf(foreign.gtin, sizeof foreign.gtin, "%s", "00012345678905");
    put_one(row_of(THING, "7"), INVENTORY_COLUMNS, false, NOON);
    put_one(foreign, INVENTORY_COLUMNS, false, NOON);
    ASSERT_OK(by_serial(GTIN, "7", name));
    assert_string_equal(name, THING);
    put_one(row_of(OTHER_THING, "7"), INVENTORY_COLUMNS, false, NOON);
    ASSERT_ERROR(by_serial(GTIN, "7", name), STORE_NOT_FOUND);
    ASSERT_ERROR(by_serial(GTIN, "8", name), STORE_NOT_FOUND);
}

static void nothing_is_stored_by_a_look(void **state)
{
    const struct inventory_row rows[] = {row_of(THING, "1"), row_of(OTHER_THING, "9"),
                                         row_of("thing-three", "3")};
    enum inventory_outcome outcomes[3];
    struct inventory_put look = {
        .rows = rows, .count = 3, .columns = INVENTORY_COLUMNS, .only_look = true, .now = NOON};
    struct inventory_row back;
    (void)state;

    put_one(rows[0], INVENTORY_COLUMNS, false, NOON);
    put_one(row_of(OTHER_THING, "2"), INVENTORY_COLUMNS, false, NOON);
    put(&look, outcomes);
    assert_int_equal(outcomes[0], INVENTORY_UNCHANGED);
    assert_int_equal(outcomes[1], INVENTORY_DIFFERS);
    assert_int_equal(outcomes[2], INVENTORY_ADDED);
    look.replace = true;
    put(&look, outcomes);
    assert_int_equal(outcomes[1], INVENTORY_CHANGED);
    ASSERT_OK(find(OTHER_THING, &back));
    assert_string_equal(back.serial, "2");
    ASSERT_ERROR(find("thing-three", &back), STORE_NOT_FOUND);
}

/* As if each had come in a call of its own. */
static void a_thing_may_come_more_than_once(void **state)
{
    const struct inventory_row rows[] = {row_of(THING, "1"), row_of(OTHER_THING, "5"), row_of(THING, "2"),
                                         row_of(THING, "2"), row_of(THING, "3")};
    enum inventory_outcome outcomes[5];
    struct inventory_put call = {.rows = rows, .count = 5, .columns = INVENTORY_COLUMNS, .now = NOON};
    struct inventory_row back;
    (void)state;

    put(&call, outcomes);
    assert_int_equal(outcomes[0], INVENTORY_ADDED);
    assert_int_equal(outcomes[1], INVENTORY_ADDED);
    assert_int_equal(outcomes[2], INVENTORY_DIFFERS);
    call.replace = true;
    put(&call, outcomes);
    assert_int_equal(outcomes[0], INVENTORY_UNCHANGED);
    assert_int_equal(outcomes[2], INVENTORY_CHANGED);
    assert_int_equal(outcomes[3], INVENTORY_UNCHANGED);
    assert_int_equal(outcomes[4], INVENTORY_CHANGED);
    ASSERT_OK(find(THING, &back));
    assert_string_equal(back.serial, "3");
}

static void many_are_put_and_read_in_pages(void **state)
{
    OWNED struct inventory_row *rows = memory_new(MANY, sizeof *rows);
    OWNED enum inventory_outcome *outcomes = memory_new(MANY, sizeof *outcomes);
    OWNED struct inventory_row *page = memory_new(MANY, sizeof *page);
    char name[IDENTIFIER_SIZE] = "";
    size_t count, seen = 0;
    (void)state;

    for (size_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "thing-%08zx", i * 2654435761U % 0xffffffffU);
        rows[i] = row_of(name, name + 6);
    }
    put(&(struct inventory_put){.rows = rows, .count = MANY, .columns = INVENTORY_COLUMNS, .now = NOON},
        outcomes);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(outcomes[i], INVENTORY_ADDED);
    for (name[0] = '\0'; (count = read_after(name, page, 700)) > 0; seen += count) {
        memcpy(name, page[count - 1].thing_name, sizeof name);
        for (size_t i = 0; i < count; i++)
            assert_string_equal(page[i].serial, page[i].thing_name + 6);
    }
    assert_int_equal(seen, MANY);
}

static void what_is_removed_is_gone(void **state)
{
    struct call call = {.first = THING, .second = "never-there"};
    struct inventory_row back;
    (void)state;

    put_one(row_of(THING, "1"), INVENTORY_COLUMNS, false, NOON);
    put_one(row_of(OTHER_THING, "2"), INVENTORY_COLUMNS, false, NOON);
    ASSERT_OK(store_call(fixture.store, run_remove, &call, true));
    assert_int_equal(call.count, 1);
    ASSERT_ERROR(find(THING, &back), STORE_NOT_FOUND);
    ASSERT_OK(find(OTHER_THING, &back));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_there_is_not_found),
        TEST(a_row_comes_back_as_it_was),
        TEST(what_is_there_is_only_replaced_if_asked),
        TEST(columns_that_a_list_does_not_have_are_kept),
        TEST(a_serial_number_names_one_thing_or_none),
        TEST(nothing_is_stored_by_a_look),
        TEST(a_thing_may_come_more_than_once),
        TEST(many_are_put_and_read_in_pages),
        TEST(what_is_removed_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
