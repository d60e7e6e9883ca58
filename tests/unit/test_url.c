/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/url.h"

#include <string.h>

#include "tests/unit/test.h"

static void assert_decoded(const char *encoded, bool plus_is_space, const char *wanted, size_t length)
{
    TEXT struct text out = TEXT_EMPTY;

    url_decode(encoded, strlen(encoded), plus_is_space, &out);
    if (out.length != length || memcmp(text_get(&out), wanted, length) != 0)
        fail_msg("\"%s\" became \"%s\" (%zu bytes)", encoded, text_get(&out), out.length);
}

#define DECODED(encoded, plus, wanted) assert_decoded(encoded, plus, wanted, sizeof(wanted) - 1)

static void leaves_what_is_no_escape(void **state)
{
    static const char *const kept[] = {"%",   "%4",  "%%", "%g1",    "%1g",
                                       "%-1", "% 1", "a%", "%u0041", "\xc3\xa4"};
    (void)state;

    for (size_t i = 0; i < COUNT(kept); i++)
        assert_decoded(kept[i], true, kept[i], strlen(kept[i]));
    DECODED("%%41", false, "%A");
    DECODED("%4%41", false, "%4A");
    DECODED("%2541", false, "%41"); /* once, not twice */
}

static void does_not_read_past_the_end(void **state)
{
    static const char encoded[] = {'a', '%', '4', '1'};
    TEXT struct text out = TEXT_EMPTY;
    (void)state;

    url_decode(encoded, 2, false, &out);
    assert_string_equal(text_get(&out), "a%");
    text_clear(&out);
    url_decode(encoded, 3, false, &out);
    assert_string_equal(text_get(&out), "a%4");
    text_clear(&out);
    url_decode(encoded, 0, false, &out);
    assert_int_equal(out.length, 0);
}

static void decodes_any_byte(void **state)
{
    (void)state;

    DECODED("%41%5a%5A", false, "AZZ");
    DECODED("a%00b", false, "a\0b");
    DECODED("%2f%2F%3f", false, "//?");
    DECODED("%ff%FF", false, "\xff\xff");
    DECODED("%c3%a4", false, "\xc3\xa4");
    DECODED("%0d%0A", false, "\r\n");
}

static void plus_is_a_space_in_forms_only(void **state)
{
    (void)state;

    DECODED("a+b", true, "a b");
    DECODED("a+b", false, "a+b");
    DECODED("a%2bb", true, "a+b");
}

static void misses_fields_that_are_not_there(void **state)
{
    static const char *const fields[] = {"",    "&",   "=",   "=x",       "b=1", "aa=1",
                                         "b=a", "b&c", "A=1", "b=1&ba=2", "xa=1"};
    TEXT struct text out = TEXT_EMPTY;
    (void)state;

    for (size_t i = 0; i < COUNT(fields); i++)
        if (url_field(fields[i], strlen(fields[i]), "a", &out))
            fail_msg("found in \"%s\"", fields[i]);
    assert_int_equal(out.length, 0);
    assert_false(url_field("a=1", 0, "a", &out));
}

static void assert_field(const char *fields, const char *wanted)
{
    TEXT struct text out = TEXT_EMPTY;

    if (!url_field(fields, strlen(fields), "a", &out))
        fail_msg("not found in \"%s\"", fields);
    assert_non_null(out.data);
    assert_string_equal(out.data, wanted);
}

static void takes_the_first_field_of_the_name(void **state)
{
    (void)state;

    assert_field("a", "");
    assert_field("a=", "");
    assert_field("a&b=1", "");
    assert_field("a=1", "1");
    assert_field("b=2&a=1", "1");
    assert_field("a=1&a=2", "1");
    assert_field("a=x=y", "x=y");
    assert_field("&&a=1&", "1");
    assert_field("b=%26a=2&a=1", "1");
    assert_field("a=one+two%21", "one two!");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_what_is_no_escape),
        cmocka_unit_test(does_not_read_past_the_end),
        cmocka_unit_test(misses_fields_that_are_not_there),
        cmocka_unit_test(decodes_any_byte),
        cmocka_unit_test(plus_is_a_space_in_forms_only),
        cmocka_unit_test(takes_the_first_field_of_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
