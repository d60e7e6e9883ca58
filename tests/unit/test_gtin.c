/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/gtin.h"

#include <string.h>

#include "tests/unit/test.h"

static void a_gtin_with_a_wrong_check_digit_is_rejected(void **state)
{
    static const char *const right[][2] = {
        {"96385074", "00000096385074"},       {"02345673", "00000002345673"},
        {"036000291452", "00036000291452"},   {"416000336108", "00416000336108"},
        {"4006381333931", "04006381333931"},  {"2112345678900", "02112345678900"},
        {"09506000134352", "09506000134352"}, {"12312312312333", "12312312312333"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(right); i++) {
        size_t length = strlen(right[i][0]);
        char gtin[GTIN_SIZE], wrong[GTIN_SIZE];
        for (size_t place = 0; place < length; place++)
            for (int digit = '0'; digit <= '9'; digit++) {
                memcpy(wrong, right[i][0], length + 1);
                wrong[place] = (char)digit;
                enum gtin_error wanted = digit == right[i][0][place] ? GTIN_OK : GTIN_WRONG_CHECK;
                assert_int_equal(gtin_parse(wrong, length, gtin), wanted);
            }
        assert_int_equal(gtin_parse(right[i][0], length, gtin), GTIN_OK);
        assert_string_equal(gtin, right[i][1]);
    }
}

static void a_gtin_of_another_length_is_rejected(void **state)
{
    static const char *const list[] = {"",
                                       "0",
                                       "9638507",
                                       "963850740",
                                       "40063813339",
                                       "009506000134352",
                                       "950600013435O",
                                       " 9506000134352",
                                       "9506000134352 ",
                                       "-506000134352"};
    char gtin[GTIN_SIZE] = "untouched";

    (void)state;
    for (size_t i = 0; i < COUNT(list); i++)
        assert_int_equal(gtin_parse(list[i], strlen(list[i]), gtin), GTIN_BAD_LENGTH);
    assert_string_equal(gtin, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gtin_of_another_length_is_rejected),
        cmocka_unit_test(a_gtin_with_a_wrong_check_digit_is_rejected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
