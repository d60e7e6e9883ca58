/* SPDX-License-Identifier: Apache-2.0 */
#include "label/layout.h"

#include <stdio.h>
#include <string.h>

#include "base/qr_code.h"
#include "tests/unit/test.h"

#define PADDING 1.5
#define ROUNDING 1e-6

static const struct label hex = {.name = "a84e07f1c2b95d3e6f80914ab27dc35e",
                                 .check = "WN",
                                 .product = "Heat pump HP-12",
                                 .serial = "SN 00000001"};
static const struct layout_limits limits = {.module_min = 0.25, .padding = PADDING, .with_texts = true};

static void expect_inside(const struct layout *layout, int side)
{
    double quiet = QR_CODE_QUIET * layout->module - ROUNDING;
    double end = side * layout->module;

    assert_true(layout->module >= 0.25 - ROUNDING);
    assert_true(layout->code_x >= quiet && layout->code_y >= quiet);
    assert_true(layout->code_x + end + quiet <= layout->label.width);
    assert_true(layout->code_y + end + quiet <= layout->label.height);
    for (size_t i = 0; i < layout->count; i++) {
        const struct layout_line *line = &layout->lines[i];
        double left = layout->centred ? line->x - line->width / 2 : line->x;
        assert_true(line->size >= 4 * LAYOUT_POINT);
        assert_true(left >= PADDING - ROUNDING);
        assert_true(left + line->width <= layout->label.width - PADDING + ROUNDING);
        assert_true(line->baseline - 0.75 * line->size >= PADDING - ROUNDING);
        assert_true(line->baseline + 0.25 * line->size <= layout->label.height - PADDING + ROUNDING);
        if (layout->centred)
            assert_true(line->baseline - 0.75 * line->size >= layout->code_y + end + quiet - ROUNDING);
        else
            assert_true(left >= layout->code_x + end + quiet - ROUNDING);
        if (i > 0)
            assert_true(line->baseline >= line[-1].baseline + line->size);
    }
}

/* The identifier's lines, without spaces and line ends. */
static void expect_identifier(const struct layout *layout, const struct label *label)
{
    char all[2 * IDENTIFIER_SIZE] = "", wanted[2 * IDENTIFIER_SIZE];
    size_t length = 0;

    for (size_t i = 0; i < layout->count; i++)
        if (layout->lines[i].text >= layout->identifier && layout->lines[i].text < (const char *)(layout + 1))
            for (size_t j = 0; j < layout->lines[i].length; j++)
                if (layout->lines[i].text[j] != ' ')
                    all[length++] = layout->lines[i].text[j];
    snprintf(wanted, sizeof wanted, "%s/%s", label->name, label->check);
    assert_string_equal(all, wanted);
}

/* Whatever the size, it is either refused in words or all of it lies inside. */
static void nothing_is_ever_cut_off(void **state)
{
    static const int sides[] = {21, 33, 37, 57};
    int fitting = 0, refused = 0;
    (void)state;

    for (size_t i = 0; i < COUNT(sides); i++)
        for (int across = 10; across < 220; across += 7)
            for (int down = 10; down < 160; down += 5) {
                struct layout_size size = {across / 2.0, down / 2.0};
                struct layout layout;
                TEXT struct text why = TEXT_EMPTY;
                if (!layout_make(&hex, sides[i], size, &limits, &layout, &why)) {
                    assert_true(why.length > 0);
                    refused++;
                    continue;
                }
                assert_int_equal(why.length, 0);
                expect_inside(&layout, sides[i]);
                expect_identifier(&layout, &hex);
                fitting++;
            }
    assert_true(fitting > 1000);
    assert_true(refused > 100);
}

static void the_usual_labels_can_be_read(void **state)
{
    static const struct layout_size sizes[] = {{63.5, 38.1}, {99.1, 38.1}, {66.675, 25.4}, {45.7, 21.2},
                                               {38.1, 21.2}, {50, 30},     {30, 50},       {63.5, 72}};
    (void)state;

    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct layout layout;
        TEXT struct text why = TEXT_EMPTY;
        assert_true(layout_make(&hex, 37, sizes[i], &limits, &layout, &why));
        expect_inside(&layout, 37);
        assert_true(layout.module >= 0.33);
        for (size_t j = 0; j < layout.count; j++)
            assert_true(layout.lines[j].size >= 5.5 * LAYOUT_POINT - ROUNDING);
    }
}

static void expect_refused(const struct label *label, int side, double width, double height,
                           const char *wanted)
{
    struct layout layout = {.count = 7};
    TEXT struct text why = TEXT_EMPTY;

    assert_false(layout_make(label, side, (struct layout_size){width, height}, &limits, &layout, &why));
    assert_int_equal(layout.count, 7);
    if (strstr(text_get(&why), wanted) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text_get(&why), wanted);
}

static void says_what_does_not_fit(void **state)
{
    struct label wordy = hex;
    char product[101];
    (void)state;

    expect_refused(&hex, 37, 25.4, 10, "the code is too large for the label: 37 x 37 modules of 0.25 mm");
    expect_refused(&hex, 37, 13, 13, "identifier, product and serial");
    memset(product, 'W', sizeof product - 1);
    product[sizeof product - 1] = '\0';
    wordy.product = product;
    expect_refused(&wordy, 37, 63.5, 38.1, "product");
}

static void long_texts_become_smaller_alone(void **state)
{
    struct label wordy = hex;
    struct layout layout;
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    wordy.product = "Reversible heat pump, 12";
    assert_true(layout_make(&wordy, 37, (struct layout_size){63.5, 38.1}, &limits, &layout, &why));
    expect_inside(&layout, 37);
    assert_true(layout.lines[0].size < layout.lines[1].size);
    assert_true(layout.lines[0].size >= 5.5 * LAYOUT_POINT);
}

/* The text of a line, "" if there is no such line. */
static const char *line_at(const struct layout *layout, size_t from_end)
{
    return layout->count >= from_end ? layout->lines[layout->count - from_end].text : "";
}

static void says_what_it_is_for_where_there_is_room(void **state)
{
    static const struct {
        struct layout_size size;
        bool invites, has_address;
    } rows[] = {{{63.5, 38.1}, true, true},
                {{99.1, 38.1}, true, true},
                {{63.5, 72}, true, true},
                {{38.1, 21.2}, false, false},
                {{45.7, 21.2}, true, false}};
    struct label label = hex;
    (void)state;

    strcpy(label.address, "register.example.com");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct layout layout;
        TEXT struct text why = TEXT_EMPTY;
        assert_true(layout_make(&label, 37, rows[i].size, &limits, &layout, &why));
        expect_inside(&layout, 37);
        expect_identifier(&layout, &label);
        assert_true(layout.module >= (rows[i].invites ? 0.4 - ROUNDING : 0.33));
        assert_int_equal(strcmp(line_at(&layout, 1), "register.example.com") == 0, rows[i].has_address);
        assert_int_equal(strcmp(line_at(&layout, rows[i].has_address ? 2 : 1), "Scan to register") == 0,
                         rows[i].invites);
    }
    memset(label.address, 'w', sizeof label.address - 1);
    struct layout layout;
    TEXT struct text why = TEXT_EMPTY;
    assert_true(layout_make(&label, 37, (struct layout_size){63.5, 38.1}, &limits, &layout, &why));
    assert_string_equal(line_at(&layout, 1), "Scan to register");
}

static void other_scripts_keep_their_own_widths(void **state)
{
    struct label label = hex;
    struct layout layout;
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    label.product = "\xE7\x86\xB1\xE3\x83\x9D\xE3\x83\xB3\xE3\x83\x97";
    assert_true(layout_make(&label, 37, (struct layout_size){63.5, 38.1}, &limits, &layout, &why));
    assert_true(layout.lines[0].width == 0);
    assert_true(layout.lines[1].width > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_ever_cut_off),
        cmocka_unit_test(the_usual_labels_can_be_read),
        cmocka_unit_test(says_what_does_not_fit),
        cmocka_unit_test(long_texts_become_smaller_alone),
        cmocka_unit_test(says_what_it_is_for_where_there_is_room),
        cmocka_unit_test(other_scripts_keep_their_own_widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
