/* SPDX-License-Identifier: Apache-2.0 */
#include "base/plain_text.h"

#include <string.h>

#include "tests/unit/test.h"

static void utf16_is_recognised_with_and_without_a_mark(void **state)
{
    (void)state;
    assert_true(plain_text_is_utf16("\xFF\xFE", 2));
    assert_true(plain_text_is_utf16("\xFE\xFF", 2));
    assert_true(plain_text_is_utf16("a\0b\0", 4));
    assert_true(plain_text_is_utf16("\0a\0b", 4));
    assert_false(plain_text_is_utf16("", 0));
    assert_false(plain_text_is_utf16("\xFF", 1));
    assert_false(plain_text_is_utf16("a\0", 2));
    assert_false(plain_text_is_utf16("a\0bc", 4));
    assert_false(plain_text_is_utf16("\0\0\0\0", 4));
    assert_false(plain_text_is_utf16("\0ab\0", 4));
    assert_false(plain_text_is_utf16("abcd", 4));
}

static void expect_hidden(const char *line, const char *wanted)
{
    TEXT struct text why = TEXT_EMPTY;
    struct hidden_character hidden;

    if (plain_text_find_hidden(line, strlen(line), &hidden))
        plain_text_explain_hidden(&hidden, &why);
    assert_string_equal(text_get(&why), wanted);
}

static void an_invisible_character_has_a_place_and_a_name(void **state)
{
    static const char *const visible[] = {
        "", "a b\tc", "\xC3\xA4\xE2\x82\xAC", "a\xCC\x88", "\xE2\x9D\xA4\xEF\xB8\x8F", "\xFF", "\033"};

    (void)state;
    for (size_t i = 0; i < COUNT(visible); i++)
        expect_hidden(visible[i], "");
    expect_hidden("\xC3\xA4\xE2\x80\x8B", "there is an invisible character (\\u200B) in column 2; delete it");
    expect_hidden("ab\xC2\xA0", "there is an invisible character (\\u00A0) in column 3; delete it");
    expect_hidden("\xFF\xE2\x80\xAE", "there is an invisible character (\\u202E) in column 2; delete it");
    expect_hidden("\xEF\xBB\xBF", "there is an invisible character (\\uFEFF) in column 1; delete it");
    expect_hidden("\xF3\xA0\x80\xA0", "there is an invisible character (\\U000E0020) in column 1; delete it");
}

static void what_is_around_a_text_is_trimmed(void **state)
{
    const char *text = "\xE2\x80\x8B \t(a \xC2\xA0z)\xC2\xA0\n\xEF\xBB\xBF", *nothing = " \xE2\x80\x8B",
               *bad = "\xFFx\xFF";
    size_t length = plain_text_trim(&text, strlen(text));

    (void)state;
    assert_int_equal(length, 7);
    assert_memory_equal(text, "(a \xC2\xA0z)", 7);
    assert_int_equal(plain_text_trim(&nothing, 4), 0);
    assert_int_equal(plain_text_trim(&bad, 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf16_is_recognised_with_and_without_a_mark),
        cmocka_unit_test(an_invisible_character_has_a_place_and_a_name),
        cmocka_unit_test(what_is_around_a_text_is_trimmed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
