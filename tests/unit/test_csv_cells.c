/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv_cells.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

static void a_row_names_the_separator(void **state)
{
    static const char *const others[] = {"",          "sep",      "sep=",   "sep=;;",
                                         "separator", "\"sep=\"", "sep=\"", "\"sep=;"};
    char separator = 'x';

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(csv_cells_is_sep(others[i], strlen(others[i]), &separator));
    assert_true(csv_cells_is_sep("sep=;", 5, &separator));
    assert_int_equal(separator, ';');
    assert_true(csv_cells_is_sep("\"SEP=|\"", 7, &separator));
    assert_int_equal(separator, '|');
}

static void the_most_frequent_separator_outside_of_quotes_is_found(void **state)
{
    (void)state;
    assert_int_equal(csv_cells_separator("", 0), ',');
    assert_int_equal(csv_cells_separator("a;b,c;d", 7), ';');
    assert_int_equal(csv_cells_separator("\"a;b;c\",d", 9), ',');
    assert_int_equal(csv_cells_separator("a\tb", 3), '\t');
    assert_string_equal(csv_cells_separator_name(';'), "semicolons");
    assert_string_equal(csv_cells_separator_name('|'), "another character");
}

static void expect_plain(const char *line, char separator, const char *wanted)
{
    char bytes[64];

    snprintf(bytes, sizeof bytes, "%s", line);
    assert_int_equal(csv_cells_plain(bytes, strlen(line), separator), strlen(wanted));
    assert_memory_equal(bytes, wanted, strlen(wanted));
}

static void a_text_that_must_not_become_a_number_is_a_text(void **state)
{
    const char *text = "=\"0012\"", *empty = "=\"\"", *other = "=\"x";

    (void)state;
    expect_plain("=\"0012\",=\"a,=\"\"b\",c\n", ',', "\"0012\",\"a,=\"\"b\",c\n");
    expect_plain("a=\"b\";=\"c\"", ';', "a=\"b\";\"c\"");
    expect_plain("=a,==\"b\"", ',', "=a,==\"b\"");
    expect_plain("=", ',', "=");
    assert_int_equal(csv_cells_text(&text, 7), 4);
    assert_memory_equal(text, "0012", 4);
    assert_int_equal(csv_cells_text(&empty, 3), 0);
    assert_int_equal(csv_cells_text(&other, 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_names_the_separator),
        cmocka_unit_test(the_most_frequent_separator_outside_of_quotes_is_found),
        cmocka_unit_test(a_text_that_must_not_become_a_number_is_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
