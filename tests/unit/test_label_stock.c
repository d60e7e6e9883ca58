/* SPDX-License-Identifier: Apache-2.0 */
#include "label/stock.h"

#include <math.h>
#include <string.h>

#include "tests/unit/test.h"

static void every_stock_lies_in_the_middle_of_its_paper(void **state)
{
    const struct stock *stock;
    size_t count = 0;
    (void)state;

    for (; (stock = stock_at(count)) != NULL; count++) {
        TEXT struct text why = TEXT_EMPTY;
        double x, y;
        assert_true(stock_fits(stock, &why));
        stock_place(stock, stock->columns * stock->rows - 1, &x, &y);
        double right = stock->paper.width - x - stock->label.width;
        double below = stock->paper.height - y - stock->label.height;
        if (fabs(right - stock->left) > 0.6 || fabs(below - stock->top) > 0.6)
            fail_msg("%s: margins %g %g %g %g", stock->names, stock->left, right, stock->top, below);
    }
    assert_true(count >= 12);
}

static void every_name_is_found_once(void **state)
{
    const struct stock *stock;
    (void)state;

    for (size_t i = 0; (stock = stock_at(i)) != NULL; i++) {
        char names[200], *rest = NULL;
        assert_true(strlen(stock->names) < sizeof names);
        strcpy(names, stock->names); // NOLINT(clang-analyzer-security.insecureAPI.strcpy)
        for (char *name = strtok_r(names, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest))
            assert_ptr_equal(stock_find(name), stock);
    }
    assert_ptr_equal(stock_find("avery l7160"), stock_find("L7160"));
    assert_ptr_equal(stock_find("Herma 4677"), stock_find("L7160"));
    assert_null(stock_find(""));
    assert_null(stock_find("L716"));
    assert_null(stock_find("L7160 J8160"));
}

static void labels_go_along_the_rows(void **state)
{
    const struct stock *stock = stock_find("5160");
    double x, y;
    (void)state;

    stock_place(stock, 4, &x, &y); /* the second of the second row */
    assert_true(fabs(x - (4.7625 + 66.675 + 3.175)) < 1e-9);
    assert_true(fabs(y - (12.7 + 25.4)) < 1e-9);
}

static void completes_a_sheet_of_ones_own(void **state)
{
    struct stock stock = {
        .names = "", .paper = {210, 297}, .label = {60, 40}, .left = -1, .top = -1, .gap_x = 2};
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    stock_complete(&stock);
    assert_int_equal(stock.columns, 3);
    assert_int_equal(stock.rows, 7);
    assert_true(fabs(stock.left - (210 - 184) / 2.0) < 1e-9);
    assert_true(fabs(stock.top - (297 - 280) / 2.0) < 1e-9);
    assert_true(stock_fits(&stock, &why));
}

static void expect_no_fit(struct stock stock, const char *wanted)
{
    TEXT struct text why = TEXT_EMPTY;

    stock_complete(&stock);
    assert_false(stock_fits(&stock, &why));
    assert_non_null(strstr(text_get(&why), wanted));
}

static void says_what_does_not_fit_the_paper(void **state)
{
    (void)state;
    expect_no_fit((struct stock){.paper = {210, 297}, .label = {211, 40}, .left = -1, .top = -1},
                  "not one label");
    expect_no_fit((struct stock){.paper = {210, 297}, .label = {60, 40}, .left = -1, .top = -1, .columns = 4},
                  "do not fit a paper of 210 x 297 mm: they would reach to 225.0 x");
    expect_no_fit(
        (struct stock){.paper = {210, 297}, .label = {60, 40}, .left = 40, .top = 0, .columns = 3, .rows = 1},
        "220.0 x 40.0 mm");
}

static void reads_sizes(void **state)
{
    static const char *const bad[] = {"",       "x",    "50",   "50x",    "x30",  "50x30cm",
                                      "50x30x", "-5x3", "0x10", "9999x1", "nanx3"};
    struct layout_size size;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        if (stock_size(bad[i], &size))
            fail_msg("%s is taken", bad[i]);
    assert_true(stock_size("63.5x38.1", &size));
    assert_true(fabs(size.width - 63.5) < 1e-9 && fabs(size.height - 38.1) < 1e-9);
    assert_true(stock_size("2X1in", &size));
    assert_true(fabs(size.width - 50.8) < 1e-9 && fabs(size.height - 25.4) < 1e-9);
    assert_true(stock_paper("Letter", &size));
    assert_true(fabs(size.height - 279.4) < 1e-9);
    assert_true(stock_paper("100x150mm", &size));
    assert_false(stock_paper("b4", &size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stock_lies_in_the_middle_of_its_paper),
        cmocka_unit_test(every_name_is_found_once),
        cmocka_unit_test(labels_go_along_the_rows),
        cmocka_unit_test(completes_a_sheet_of_ones_own),
        cmocka_unit_test(says_what_does_not_fit_the_paper),
        cmocka_unit_test(reads_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
