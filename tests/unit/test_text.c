/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

static void empty_is_a_string(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    assert_string_equal(text_get(&text), "");
    char *taken = text_take(&text);
    assert_string_equal(taken, "");
    free(taken);
    text_clear(&text);
    text_fini(&text);
    text_fini(&text);
    text_add(&text, NULL, 0);
    assert_string_equal(text_get(&text), "");
}

static void escapes_json(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    text_json(&text, "a\"b\\c\n\r\t\001\037\177/\xC3\xA4");
    assert_null(strpbrk(text_get(&text), "\n\r\t\001\037"));
    assert_non_null(strstr(text_get(&text), "a\\\"b\\\\c"));
    assert_non_null(strstr(text_get(&text), "\\u0001\\u001f"));
    assert_non_null(strstr(text_get(&text), "\xC3\xA4"));
}

static void grows_and_keeps_all_bytes(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    for (int i = 0; i < 100000; i++)
        text_printf(&text, "%d,", i % 10);
    text_add(&text, "a\0b", 3);
    assert_int_equal(text.length, 200003);
    assert_int_equal(strlen(text.data), 200001);
    assert_memory_equal(text.data + 199996, "8,9,a\0b", 8);
    assert_true(text.room > text.length);
}

static void clears_and_hands_over(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    text_puts(&text, "one");
    text_clear(&text);
    assert_string_equal(text_get(&text), "");
    text_puts(&text, "two");
    char *taken = text_take(&text);
    assert_string_equal(taken, "two");
    assert_int_equal(text.length, 0);
    assert_null(text.data);
    free(taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_is_a_string),
        cmocka_unit_test(escapes_json),
        cmocka_unit_test(grows_and_keeps_all_bytes),
        cmocka_unit_test(clears_and_hands_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
