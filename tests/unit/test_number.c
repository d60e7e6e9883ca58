/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <limits.h>
#include <math.h>

#include "tests/unit/test.h"

static void what_is_no_number_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "-",
                                      " 1",
                                      "1 ",
                                      "+1",
                                      "--1",
                                      "1.0",
                                      "0x1",
                                      "1e1",
                                      "one",
                                      "1,2",
                                      "1\n",
                                      "1-",
                                      "- 1",
                                      "1234567890123456789",
                                      "-1234567890123456789",
                                      "\xd9\xa1"};
    long long number = 77;
    int small = 77;
    (void)state;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (number_parse(bad[i], LLONG_MIN, LLONG_MAX, &number))
            fail_msg("\"%s\" is %lld", bad[i], number);
        assert_false(number_parse_int(bad[i], INT_MIN, INT_MAX, &small));
    }
    assert_false(number_parse_int("2147483648", INT_MIN, INT_MAX, &small));
    assert_int_equal(number, 77);
    assert_int_equal(small, 77);
}

static void what_is_no_decimal_is_refused(void **state)
{
    static const char *const bad[] = {"",    "-",   ".",  " 1",  "\t1", "1 ",  "1.0.0",
                                      "1,5", "one", "1e", "nan", "inf", "-inf"};
    double number = 77;
    (void)state;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (number_parse_decimal(bad[i], -1e300, 1e300, &number))
            fail_msg("\"%s\" is %g", bad[i], number);
    assert_true(fabs(number - 77) < 1e-9);
}

static void bounds_are_inside(void **state)
{
    long long number = 0;
    int small = 0;
    double decimal = 0;
    (void)state;

    assert_false(number_parse("0", 1, 9, &number));
    assert_false(number_parse("10", 1, 9, &number));
    assert_true(number_parse("1", 1, 9, &number) && number == 1);
    assert_true(number_parse("9", 1, 9, &number) && number == 9);
    assert_true(number_parse("-12", -12, 0, &number) && number == -12);
    assert_true(number_parse("007", 0, 9, &number) && number == 7);
    assert_true(number_parse("999999999999999999", 0, LLONG_MAX, &number) && number == 999999999999999999);
    assert_true(number_parse_int("-2147483648", INT_MIN, INT_MAX, &small) && small == INT_MIN);
    assert_false(number_parse_decimal("0.49", 0.5, 1, &decimal));
    assert_false(number_parse_decimal("1.01", 0.5, 1, &decimal));
    assert_true(number_parse_decimal("0.5", 0.5, 1, &decimal) && fabs(decimal - 0.5) < 1e-9);
    assert_true(number_parse_decimal("1e0", 0.5, 1, &decimal) && fabs(decimal - 1) < 1e-9);
    assert_true(number_parse_decimal("-1.25", -2, 1, &decimal) && fabs(decimal + 1.25) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(what_is_no_decimal_is_refused),
        cmocka_unit_test(bounds_are_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
