/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <string.h>

#include "tests/unit/test.h"

static void refuses_broken_bytes(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC3",
        "\xC3(",
        "\xE0\x80\x80",
        "\xE0\x9F\xBF",
        "\xE2\x82",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x80\x80\x80",
        "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x98",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFE",
        "\xFF",
    };
    uint32_t out = 7;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &out), 0);
    assert_int_equal(utf8_decode("a", 0, &out), 0);
    assert_int_equal(out, 7);
}

static void every_character_comes_back(void **state)
{
    (void)state;

    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        char bytes[5];
        uint32_t out = 0;
        if (c == 0xD800)
            c = 0xE000;
        utf8_encode(c, bytes);
        size_t size = c == 0 ? 1 : strlen(bytes);
        assert_int_equal(utf8_decode(bytes, size, &out), size);
        assert_int_equal(out, c);
        assert_int_equal(utf8_decode(bytes, size - 1, &out), 0);
    }
}

static void hides_what_misleads(void **state)
{
    static const uint32_t hidden[] = {0,      0x1F,   0x7F,   0x85,   0xAD,   0x301,  0x61C,   0x200B,
                                      0x200E, 0x202E, 0x2060, 0x2066, 0xFE0F, 0xFEFF, 0xE0041, 0x10FFFF};
    static const uint32_t shown[] = {'a', ' ', '%', 0xA0, 0xE4, 0x2013, 0x201C, 0x3042, 0x1F600};
    (void)state;

    for (size_t i = 0; i < COUNT(hidden); i++)
        assert_true(utf8_is_hidden(hidden[i]));
    for (size_t i = 0; i < COUNT(shown); i++)
        assert_false(utf8_is_hidden(shown[i]));
}

static void knows_spaces(void **state)
{
    static const uint32_t spaces[] = {' ', '\t', '\n', '\r', 0xA0, 0x2009, 0x202F, 0x3000};
    static const uint32_t others[] = {0, 'a', '-', 0x200B, 0x2060, 0xFEFF};
    (void)state;

    for (size_t i = 0; i < COUNT(spaces); i++)
        assert_true(utf8_is_space(spaces[i]));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(utf8_is_space(others[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_broken_bytes),
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(hides_what_misleads),
        cmocka_unit_test(knows_spaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
