/* SPDX-License-Identifier: Apache-2.0 */
#include "account/setup/parts.h"

#include <string.h>

#include "account/setup/template_body.h"
#include "base/memory.h"
#include "tests/unit/test.h"

static void each_part_has_its_side(void **state)
{
    static const struct {
        const char *last, *there, *wanted; /* NULL: none */
        enum setup_side side;
        bool take, overwritten, added; /* as a rule, with --overwrite, and where only additions are made */
    } rows[] = {
        {"a", "a", "a", SETUP_SAME, false, false, false},
        {"a", "b", "b", SETUP_SAME, false, false, false},
        {"a", "a", "b", SETUP_OURS, true, true, true},
        {"a", "b", "a", SETUP_THEIRS, false, true, false},
        {"a", "b", "c", SETUP_BOTH, false, true, false},
        {"a", "a", NULL, SETUP_OURS, true, true, false},
        {"a", "b", NULL, SETUP_THEIRS, false, true, false},
        {"a", NULL, "a", SETUP_THEIRS, false, true, false},
        {NULL, NULL, "a", SETUP_OURS, true, true, true},
        {NULL, "a", NULL, SETUP_THEIRS, false, true, false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++)
        for (int way = 0; way < 3; way++) {
            RECORD struct setup_record last = {.there = true};
            struct setup_parts parts = {0};
            bool expected = way == 0 ? rows[i].take : way == 1 ? rows[i].overwritten : rows[i].added;
            if (rows[i].last)
                setup_record_add(&last, "x", rows[i].last);
            setup_parts_add(&parts, "x", rows[i].there, rows[i].wanted, NULL);
            setup_parts_decide(&parts, &last, way == 1, way == 2);
            if (parts.items[0].side != rows[i].side || setup_parts_take(&parts, "x") != expected)
                fail_msg("row %zu, way %d: side %d", i, way, (int)parts.items[0].side);
            setup_parts_fini(&parts);
        }
}

/* Interrupted between "a" and "b": both are ours, and so is what is not there yet. */
static void an_unfinished_change_is_ours(void **state)
{
    RECORD struct setup_record before = {0}, last = {0};
    struct setup_parts parts = {0};
    (void)state;

    setup_record_add(&before, "x", "a");
    setup_record_add(&last, "x", "b");
    setup_record_add(&last, "new", "");
    assert_false(setup_record_is_unfinished(&last));
    setup_record_join(&last, &before);
    assert_true(setup_record_is_unfinished(&last));
    setup_parts_add(&parts, "x", "a", "b", NULL);
    setup_parts_add(&parts, "new", NULL, "", NULL);
    setup_parts_add(&parts, "foreign", "", NULL, NULL);
    setup_parts_decide(&parts, &last, false, false);
    assert_int_equal(parts.items[0].side, SETUP_OURS);
    assert_int_equal(parts.items[1].side, SETUP_OURS);
    assert_int_equal(parts.items[2].side, SETUP_THEIRS);
    setup_parts_fini(&parts);
}

static void without_a_record_what_is_wanted_is_made(void **state)
{
    const struct setup_record none = {0};
    struct setup_parts parts = {0};
    (void)state;

    setup_parts_add(&parts, "changed", "a", "b", NULL);
    setup_parts_add(&parts, "missing", NULL, "b", NULL);
    setup_parts_add(&parts, "more", "a", NULL, NULL);
    setup_parts_decide(&parts, &none, false, false);
    assert_int_equal(parts.items[0].side, SETUP_UNKNOWN);
    assert_true(setup_parts_take(&parts, "changed"));
    assert_true(setup_parts_take(&parts, "missing"));
    assert_false(setup_parts_take(&parts, "more"));
    setup_parts_fini(&parts);
}

struct tags {
    struct text names, values[4];
    size_t count;
};

static void keep_tag(void *context, const char *name, const char *value)
{
    struct tags *tags = context;

    assert_in_range(strlen(value), 0, 256);
    text_printf(&tags->names, "%s ", name);
    text_clear(&tags->values[tags->count]);
    text_puts(&tags->values[tags->count++], value);
}

static void add_many(struct setup_record *record, int count)
{
    for (int i = 0; i < count; i++) {
        TEXT struct text name = TEXT_EMPTY;
        text_printf(&name, "part %d", i);
        setup_record_add(record, text_get(&name), "value");
    }
}

/* What does not fit into a tag goes on in the next; a record that has become shorter empties it. */
static void a_record_is_kept_in_tags(void **state)
{
    RECORD struct setup_record record = {0}, read = {0}, shorter = {0};
    struct tags tags = {0};
    (void)state;

    add_many(&record, 100);
    setup_record_tags(&record, "made", keep_tag, &tags);
    assert_string_equal(text_get(&tags.names), "made made.2 ");
    setup_record_take(&read, "made", "made", text_get(&tags.values[0]));
    setup_record_take(&read, "made", "made.2", text_get(&tags.values[1]));
    setup_record_take(&read, "made", "made-by", "abcd");
    setup_record_take(&read, "made", "other", "abcd");
    assert_true(setup_record_same(&record, &read));
    assert_true(setup_record_has(&read, "part 99", "value"));
    assert_false(setup_record_has(&read, "part 99", "other"));

    add_many(&shorter, 3);
    assert_false(setup_record_same(&shorter, &read));
    shorter.tags = read.tags;
    tags.count = 0;
    text_clear(&tags.names);
    setup_record_tags(&shorter, "made", keep_tag, &tags);
    assert_string_equal(text_get(&tags.names), "made made.2 ");
    assert_string_equal(text_get(&tags.values[1]), "");
    text_fini(&tags.names);
    for (size_t i = 0; i < COUNT(tags.values); i++)
        text_fini(&tags.values[i]);
}

#define THING(properties)                                                                                    \
    "{\"Parameters\":{\"P\":{\"Type\":\"String\"}},\"Resources\":{\"thing\":{\"Properties\":"                \
    "{\"ThingName\":{\"Ref\":\"P\"}" properties "}}}}"

/* A body as it was, is and shall be, and what becomes of it. */
static void bodies_are_merged(void **state)
{
    static const struct {
        const char *last, *there, *wanted, *merged;
    } rows[] = {
        {THING(""), THING(",\"BillingGroup\":\"b\""), THING(",\"ThingTypeName\":\"t\""),
         THING(",\"BillingGroup\":\"b\",\"ThingTypeName\":\"t\"")},
        {THING(",\"ThingGroups\":[\"a\",\"b\"]"), THING(",\"ThingGroups\":[\"b\",\"c\"]"),
         THING(",\"ThingGroups\":[\"a\",\"d\"]"), THING(",\"ThingGroups\":[\"c\",\"d\"]")},
        {THING(",\"ThingGroups\":[\"a\"]"), THING(",\"ThingGroups\":[\"a\"]"), THING(""), THING("")},
        {THING(",\"AttributePayload\":{\"a/b\":\"1\",\"c~d\":\"2\"}"),
         THING(",\"AttributePayload\":{\"a/b\":\"1\",\"c~d\":\"3\"}"),
         THING(",\"AttributePayload\":{\"c~d\":\"2\"}"), THING(",\"AttributePayload\":{\"c~d\":\"3\"}")},
        {THING(",\"X\":{\"Fn::Join\":[\"\",[\"a\"]]}"), THING(",\"X\":{\"Fn::Join\":[\"\",[\"a\"]]}"),
         THING(",\"X\":\"x\""), THING(",\"X\":\"x\"")},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        JSON cJSON *last = cJSON_Parse(rows[i].last);
        JSON cJSON *there = cJSON_Parse(rows[i].there);
        JSON cJSON *wanted = cJSON_Parse(rows[i].wanted);
        JSON cJSON *expected = cJSON_Parse(rows[i].merged);
        RECORD struct setup_record record = {0};
        struct setup_parts before = {0}, parts = {0};
        template_body_parts(&before, last, true);
        setup_parts_record(&before, &record);
        template_body_parts(&parts, there, false);
        template_body_parts(&parts, wanted, true);
        setup_parts_decide(&parts, &record, false, false);
        JSON cJSON *merged = template_body_merged(&parts, there);
        OWNED char *text = cJSON_PrintUnformatted(merged);
        if (!cJSON_Compare(merged, expected, true))
            fail_msg("row %zu: %s", i, text);
        setup_parts_fini(&before);
        setup_parts_fini(&parts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_has_its_side),
        cmocka_unit_test(an_unfinished_change_is_ours),
        cmocka_unit_test(without_a_record_what_is_wanted_is_made),
        cmocka_unit_test(a_record_is_kept_in_tags),
        cmocka_unit_test(bodies_are_merged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
