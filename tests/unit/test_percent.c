/* SPDX-License-Identifier: Apache-2.0 */
#include "base/percent.h"

#include <string.h>

#include "tests/unit/test.h"

static void assert_decoded(const char *encoded, size_t length, const char *wanted, size_t wanted_length)
{
    TEXT struct text out = TEXT_EMPTY;

    percent_decode(&out, encoded, length);
    if (out.length != wanted_length || memcmp(text_get(&out), wanted, wanted_length) != 0)
        fail_msg("\"%.*s\" became \"%s\" (%zu bytes)", (int)length, encoded, text_get(&out), out.length);
}

static void what_is_no_escape_stays(void **state)
{
    static const char *const kept[] = {"",  "%",   "%4", "%%",  "%g1",    "%1g",     "%-1",
                                       "+", "% 1", "a%", "a%4", "%u0041", "\xc3\xa4"};
    (void)state;

    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_decoded(kept[i], strlen(kept[i]), kept[i], strlen(kept[i]));
    assert_decoded("%%41", 4, "%A", 2);
    assert_decoded("%4%41", 5, "%4A", 3);
    assert_decoded("%2541", 5, "%41", 3); /* once, not twice */
    assert_decoded("%41", 2, "%4", 2);    /* reads no further than length */
    assert_decoded("%41", 1, "%", 1);
}

static void characters_are_kept_only_if_named(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    (void)state;

    percent_encode(&out, "aZ09-._~ +=&/?#%\n*'()\0", 22, "");
    assert_string_equal(text_get(&out), "aZ09-._~%20%2B%3D%26%2F%3F%23%25%0A%2A%27%28%29%00");
    text_clear(&out);
    percent_encode(&out, "a/b c+\0", 7, "/+");
    assert_string_equal(text_get(&out), "a/b%20c+%00");
}

static void every_byte_comes_back(void **state)
{
    TEXT struct text encoded = TEXT_EMPTY;
    char bytes[256];
    (void)state;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    percent_encode(&encoded, bytes, sizeof bytes, "");
    assert_decoded(text_get(&encoded), encoded.length, bytes, sizeof bytes);
    for (size_t i = 0; i < encoded.length; i++) /* digits in either case */
        if (encoded.data[i] >= 'A' && encoded.data[i] <= 'F' && i > 0 && encoded.data[i - 1] == '%')
            encoded.data[i] = (char)(encoded.data[i] | 0x20);
    assert_decoded(text_get(&encoded), encoded.length, bytes, sizeof bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_escape_stays),
        cmocka_unit_test(characters_are_kept_only_if_named),
        cmocka_unit_test(every_byte_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
