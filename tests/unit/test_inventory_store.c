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
    struct call *call = argument;

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

/* ---- what it lets be claimed ---- */

static struct registration_request request_of(const char *thing_name, enum unlisted unlisted, long long now)
{
    struct registration_request request = request_for(thing_name, "home", now);

    request.unlisted = unlisted;
    return request;
}

static void remove_thing(const char *thing_name)
{
    struct call call = {.first = thing_name, .second = "never-there"};

    ASSERT_OK(store_call(fixture.store, run_remove, &call, true));
}

static void a_device_that_is_not_in_it_is_refused(void **state)
{
    struct registration_request request = request_of(THING, UNLISTED_REFUSED, NOON);
    struct registration out;
    (void)state;

    ASSERT_ERROR(do_add(&request, &out), STORE_UNLISTED);
    ASSERT_COUNTS(0, 0, 0, 0, 0, 0);
    ASSERT_ERROR(do_find(request.token, &out), STORE_NOT_FOUND);
    put_one(row_of(THING, "1"), INVENTORY_COLUMNS, false, NOON);
    ASSERT_STATE(added(&request).state, CLAIM_QUEUED);
    take_one("a", NOON);
}

static void it_is_in_it_by_any_forms_name(void **state)
{
    struct registration_request request = request_of(THING, UNLISTED_REFUSED, NOON);
    (void)state;

    request_also_at(&request, "b", OTHER_THING);
    put_one(row_of(OTHER_THING, "1"), INVENTORY_COLUMNS, false, NOON);
    ASSERT_STATE(added(&request).state, CLAIM_QUEUED);
}

static void an_open_claim_outlives_its_row(void **state)
{
    struct registration_request first = request_of(THING, UNLISTED_REFUSED, NOON);
    struct registration_request second = request_of(THING, UNLISTED_REFUSED, NOON + SECOND);
    struct registration out;
    (void)state;

    put_one(row_of(THING, "1"), INVENTORY_COLUMNS, false, NOON);
    added(&first);
    remove_thing(THING);
    ASSERT_ERROR(do_add(&second, &out), STORE_UNLISTED);
    long long claim_id = take_one("a", NOON + SECOND);
    acknowledge("a", claim_id, NOON + SECOND, NOON + 60 * SECOND);
    ASSERT_OK(do_retry(&first, &out)); /* it is open: nothing changes */
    ASSERT_STATE(out.state, CLAIM_PUBLISHED);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * SECOND, NOON + 2 * SECOND);
    ASSERT_STATE(found(first.token).state, CLAIM_ONBOARDED);
}

static void what_has_ended_is_not_retried_without_its_row(void **state)
{
    struct registration_request request = request_of(THING, UNLISTED_REFUSED, NOON);
    struct registration out;
    (void)state;

    put_one(row_of(THING, "1"), INVENTORY_COLUMNS, false, NOON);
    added(&request);
    remove_thing(THING);
    expire(NOON + WINDOW_MS, 1);
    request.now = NOON + WINDOW_MS;
    ASSERT_ERROR(do_retry(&request, &out), STORE_UNLISTED);
    ASSERT_STATE(found(request.token).state, CLAIM_EXPIRED);
}

/* To the one who registers it. The lane publishes nothing to no endpoint. */
static void a_pretended_claim_is_like_any_other(void **state)
{
    struct registration_request real = request_of(THING, UNLISTED_PRETENDED, NOON);
    struct registration_request other = request_of(OTHER_THING, UNLISTED_PRETENDED, NOON);
    struct taken taken;
    (void)state;

    put_one(row_of(THING, "1"), INVENTORY_COLUMNS, false, NOON);
    struct registration a = added(&real), b = added(&other);
    assert_int_equal(a.state, b.state);
    assert_int_equal(a.expires_at, b.expires_at);
    assert_string_equal(a.endpoint, b.endpoint);
    taken = take("a", NOON, NOON + 10 * SECOND, 8);
    assert_int_equal(taken.count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool is_real = strcmp(taken.list[i].thing_name, THING) == 0;
        assert_string_equal(taken.list[i].endpoint, is_real ? "home" : "");
        acknowledge("a", taken.list[i].claim_id, NOON + SECOND, NOON + 60 * SECOND);
    }
    a = found(real.token);
    b = found(other.token);
    ASSERT_STATE(a.state, CLAIM_PUBLISHED);
    ASSERT_STATE(b.state, CLAIM_PUBLISHED);
    assert_string_equal(b.endpoint, "home");
    assert_int_equal(a.attempts, b.attempts);
    struct registration_request joins = request_of(OTHER_THING, UNLISTED_PRETENDED, NOON + SECOND);
    ASSERT_STATE(added(&joins).state, CLAIM_PUBLISHED);
    assert_int_equal(expire(NOON + WINDOW_MS, 10), 2);
    ASSERT_STATE(found(other.token).state, CLAIM_EXPIRED);
}

static void a_pretended_claim_is_meant_once_its_row_comes(void **state)
{
    struct registration_request first = request_of(THING, UNLISTED_PRETENDED, NOON);
    struct registration_request second = request_of(THING, UNLISTED_PRETENDED, NOON + SECOND);
    (void)state;

    added(&first);
    assert_string_equal(take("a", NOON, NOON, 8).list[0].endpoint, "");
    put_one(row_of(THING, "1"), INVENTORY_COLUMNS, false, NOON);
    added(&second);
    assert_string_equal(take("a", NOON + SECOND, NOON + SECOND, 8).list[0].endpoint, "home");
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
        TEST(a_device_that_is_not_in_it_is_refused),
        TEST(it_is_in_it_by_any_forms_name),
        TEST(an_open_claim_outlives_its_row),
        TEST(what_has_ended_is_not_retried_without_its_row),
        TEST(a_pretended_claim_is_like_any_other),
        TEST(a_pretended_claim_is_meant_once_its_row_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
