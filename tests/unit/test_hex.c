/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hex.h"

#include <string.h>

#include "tests/unit/test.h"

static void other_characters_are_no_digits(void **state)
{
    unsigned char byte;
    (void)state;

    for (int c = 0; c < 256; c++) {
        bool digit = c != 0 && strchr("0123456789abcdefABCDEF", c) != NULL;
        char high[] = {(char)c, '0'}, low[] = {'0', (char)c};
        assert_int_equal(hex_value((char)c) >= 0, digit);
        assert_int_equal(hex_decode(high, 1, &byte), digit);
        assert_int_equal(hex_decode(low, 1, &byte), digit);
    }
}

static void every_byte_comes_back(void **state)
{
    unsigned char bytes[256], again[256];
    char digits[513];
    (void)state;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    memset(digits, 'x', sizeof digits);
    hex_encode(bytes, sizeof bytes, digits);
    assert_int_equal(strlen(digits), 512);
    assert_memory_equal(digits + 2 * 0xa9, "a9", 2);
    assert_true(hex_decode(digits, sizeof bytes, again));
    assert_memory_equal(bytes, again, sizeof bytes);
    assert_true(hex_decode("fFAb", 2, again));
    assert_memory_equal(again, "\xff\xab", 2);
    hex_encode(bytes, 0, digits);
    assert_string_equal(digits, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_characters_are_no_digits),
        cmocka_unit_test(every_byte_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
