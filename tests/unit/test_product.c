/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/product.h"

#include <string.h>

#include "ownership/product_answer.h"
#include "tests/unit/test.h"

static char *lists[] = {"AB", "AB?D*", "04006381333931", "S", "very large"};

static struct product_list one(size_t at)
{
    return (struct product_list){&lists[at], 1};
}

static void patterns(void **state)
{
    (void)state;
    assert_false(product_pattern_valid(""));
    assert_false(product_pattern_valid("a b"));
    assert_false(product_pattern_valid("a/b"));
    assert_false(product_pattern_valid("[a]"));
    assert_true(product_pattern_valid("A-_z?*"));
    assert_false(product_pattern_matches("AB", "A"));
    assert_false(product_pattern_matches("AB", "xAB"));
    assert_false(product_pattern_matches("*B", "ABC"));
    assert_false(product_pattern_matches("A?C", "AC"));
    assert_false(product_pattern_matches("a*", "ABC"));
    assert_true(product_pattern_matches("AB", "ABC"));
    assert_true(product_pattern_matches("A*C", "ABBC"));
    assert_true(product_pattern_matches("*A*B*", "xAxBx"));
    assert_true(product_pattern_matches("A?C", "ABC"));
    assert_true(product_pattern_matches("*", ""));
    /* One that costs the naive way 2 to the 30 steps. */
    assert_false(
        product_pattern_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static const char *found(const struct products *products, const char *product, const char *gtin,
                         const char *thing_name)
{
    const struct product_clues clues = {product, gtin, thing_name};
    const struct product *one_of_them = products_find(products, &clues);

    return one_of_them ? one_of_them->key : "none";
}

static void a_device_belongs_to_a_product(void **state)
{
    struct product list[] = {{.key = "short", .identifiers = one(0)},
                             {.key = "long", .identifiers = one(1)},
                             {.key = "rest", .gtins = one(2)},
                             {.key = "other"}};
    const struct products products = {list, 3};

    (void)state;
    assert_string_equal(found(&(struct products){NULL, 0}, NULL, NULL, "ABCD"), "none");
    assert_string_equal(found(&products, NULL, NULL, "ABx"), "short");
    assert_string_equal(found(&products, NULL, NULL, "ABCDE"), "long");
    assert_string_equal(found(&products, NULL, NULL, "other"), "rest");
    assert_string_equal(found(&products, NULL, NULL, NULL), "rest");
    assert_string_equal(found(&products, NULL, "4006381333931", "ABCDE"), "rest");
    assert_string_equal(found(&products, NULL, "4006381333930", "ABCDE"), "long");
    assert_string_equal(found(&products, "short", "4006381333931", "ABCDE"), "short");
    assert_string_equal(found(&products, "gone", NULL, "ABCDE"), "long");
    /* Two without a pattern: neither is all the rest. */
    const struct products two = {list, 4};
    assert_string_equal(found(&two, NULL, NULL, "nothing"), "none");
    assert_null(products_default(&two));
}

static enum product_answer check(struct product_field *field, const char *value)
{
    return product_answer_check(field, value, strlen(value));
}

static void answers_of_text(void **state)
{
    struct product_field field = {.key = "a", .length = 5};

    (void)state;
    field.required = true;
    assert_int_equal(check(&field, ""), ANSWER_MISSING);
    field.required = false;
    assert_int_equal(check(&field, ""), ANSWER_OK);
    assert_int_equal(product_answer_check(&field, "a\0b", 3), ANSWER_CONTROL);
    assert_int_equal(check(&field, "a\nb"), ANSWER_CONTROL);
    assert_int_equal(check(&field, "a\x7f"), ANSWER_CONTROL);
    assert_int_equal(check(&field, "\xc2\x85"), ANSWER_CONTROL);
    assert_int_equal(check(&field, "\xff"), ANSWER_CONTROL);
    assert_int_equal(check(&field, "a\xe2\x80\xae"), ANSWER_CONTROL); /* U+202E */
    assert_int_equal(check(&field, "a\xe2\x81\xa7"), ANSWER_CONTROL); /* U+2067 */
    assert_int_equal(check(&field, "abcdef"), ANSWER_LONG);
    assert_int_equal(check(&field, "abcde"), ANSWER_OK);
    assert_int_equal(check(&field, "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"), ANSWER_OK);
    assert_int_equal(check(&field, "\xe2\x80\x8f\xc3\xa4\xc3\xb6\xcc\x88"), ANSWER_OK); /* a mark, accents */
    assert_int_equal(check(&field, "<b>"), ANSWER_OK);
}

static void answers_of_other_types(void **state)
{
    const struct {
        enum product_field_type type;
        const char *value;
        enum product_answer answer;
    } cases[] = {
        {PRODUCT_FIELD_EMAIL, "a", ANSWER_EMAIL},        {PRODUCT_FIELD_EMAIL, "@b", ANSWER_EMAIL},
        {PRODUCT_FIELD_EMAIL, "a@", ANSWER_EMAIL},       {PRODUCT_FIELD_EMAIL, "a@b@c", ANSWER_EMAIL},
        {PRODUCT_FIELD_EMAIL, "a b@c", ANSWER_EMAIL},    {PRODUCT_FIELD_EMAIL, "<a@b>", ANSWER_EMAIL},
        {PRODUCT_FIELD_EMAIL, "a,d@b", ANSWER_EMAIL},    {PRODUCT_FIELD_EMAIL, "a+b@c.example", ANSWER_OK},
        {PRODUCT_FIELD_NUMBER, "x", ANSWER_NUMBER},      {PRODUCT_FIELD_NUMBER, "-", ANSWER_NUMBER},
        {PRODUCT_FIELD_NUMBER, "1.", ANSWER_NUMBER},     {PRODUCT_FIELD_NUMBER, ".1", ANSWER_NUMBER},
        {PRODUCT_FIELD_NUMBER, "1.2.3", ANSWER_NUMBER},  {PRODUCT_FIELD_NUMBER, "1e9", ANSWER_NUMBER},
        {PRODUCT_FIELD_NUMBER, "-1,5", ANSWER_OK},       {PRODUCT_FIELD_NUMBER, "007", ANSWER_OK},
        {PRODUCT_FIELD_DATE, "1.1.2026", ANSWER_DATE},   {PRODUCT_FIELD_DATE, "2026-13-01", ANSWER_DATE},
        {PRODUCT_FIELD_DATE, "2026-02-29", ANSWER_DATE}, {PRODUCT_FIELD_DATE, "2026-04-31", ANSWER_DATE},
        {PRODUCT_FIELD_DATE, "2026-00-01", ANSWER_DATE}, {PRODUCT_FIELD_DATE, "2026-1--01", ANSWER_DATE},
        {PRODUCT_FIELD_DATE, "2024-02-29", ANSWER_OK},   {PRODUCT_FIELD_CHOICE, "s", ANSWER_CHOICE},
        {PRODUCT_FIELD_CHOICE, "very", ANSWER_CHOICE},   {PRODUCT_FIELD_CHOICE, "very large", ANSWER_OK},
        {PRODUCT_FIELD_CHECKBOX, "on", ANSWER_CHOICE},   {PRODUCT_FIELD_CHECKBOX, "yes", ANSWER_OK},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct product_field field = {
            .key = "a", .type = cases[i].type, .length = 200, .choices = {&lists[3], 2}};
        if (check(&field, cases[i].value) != cases[i].answer)
            fail_msg("%s: %s", cases[i].value, product_answer_name(check(&field, cases[i].value)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns),
        cmocka_unit_test(answers_of_text),
        cmocka_unit_test(answers_of_other_types),
        cmocka_unit_test(a_device_belongs_to_a_product),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
