/* SPDX-License-Identifier: Apache-2.0 */
#include "label/svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/qr_code.h"
#include "tests/unit/test.h"

/* Vertical edges of a path: (x, y) has one between the modules x - 1 and x of row y. */
struct edges {
    unsigned char count[QR_CODE_SIDE_MAX][QR_CODE_SIDE_MAX + 1];
};

static void add_edge(struct edges *edges, int x, int from, int to)
{
    for (int y = from < to ? from : to; y < (from < to ? to : from); y++)
        edges->count[y][x]++;
}

/* Reads "M1 2h3v4h-3z...". */
static void read_path(const char *path, struct edges *edges)
{
    int x = 0, y = 0, start_x = 0, start_y = 0;

    memset(edges, 0, sizeof *edges);
    while (*path != '\0') {
        char command = *path++;
        char *end;
        if (command == 'z') {
            add_edge(edges, x, y, start_y);
            assert_true(x == start_x || y == start_y);
            continue;
        }
        int number = (int)strtol(path, &end, 10);
        path = end;
        if (command == 'M') {
            x = start_x = number;
            y = start_y = (int)strtol(path, &end, 10);
            path = end;
        } else if (command == 'h') {
            x += number;
        } else {
            assert_int_equal(command, 'v');
            add_edge(edges, x, y, y + number);
            y += number;
        }
    }
}

/* The even-odd rule, row by row. */
static void expect_path_is(const struct qr_code *code)
{
    static struct edges edges;
    TEXT struct text path = TEXT_EMPTY;

    qr_code_path(code, &path);
    read_path(text_get(&path), &edges);
    for (int y = 0; y < code->side; y++) {
        bool inside = false;
        for (int x = 0; x < code->side; x++) {
            inside = inside != (edges.count[y][x] % 2 == 1);
            assert_int_equal(inside, code->dark[y][x]);
            assert_true(edges.count[y][x] <= 1);
        }
    }
}

static void draws_codes_module_by_module(void **state)
{
    static struct qr_code code;
    char text[80];
    (void)state;

    for (unsigned i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "https://register.example.com/r/%08x%024x", i * 2654435761U, i);
        assert_true(qr_code_make(text, (enum qr_code_level)(i % 4), &code));
        expect_path_is(&code);
    }
}

/* Every picture of 4 x 4 modules: corners that touch, holes, islands in holes. */
static void draws_every_small_picture(void **state)
{
    static struct qr_code code;
    (void)state;

    code.side = 4;
    for (unsigned picture = 0; picture < 1U << 16; picture++) {
        for (unsigned i = 0; i < 16; i++)
            code.dark[i / 4][i % 4] = (picture >> i & 1) != 0;
        expect_path_is(&code);
    }
}

static void expect_escaped(const char *text, const char *wanted)
{
    TEXT struct text out = TEXT_EMPTY;

    svg_escape(text, strlen(text), &out);
    assert_string_equal(text_get(&out), wanted);
}

static void escapes_whatever_it_is(void **state)
{
    (void)state;
    expect_escaped("</text><script>alert(1)</script>", "&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    expect_escaped("\"' &amp;", "&quot;&#39; &amp;amp;");
    expect_escaped("a\x01\xff\xEF\xBF\xBE", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    expect_escaped("W\xC3\xA4rme", "W\xC3\xA4rme");
    expect_escaped("]]><!--", "]]&gt;&lt;!--");
}

static void expect_number(double number, const char *wanted)
{
    TEXT struct text out = TEXT_EMPTY;

    svg_number(number, &out);
    assert_string_equal(text_get(&out), wanted);
}

static void writes_numbers(void **state)
{
    (void)state;
    expect_number(0, "0");
    expect_number(63.5, "63.5");
    expect_number(100, "100");
    expect_number(-2.0505, "-2.051");
    expect_number(0.1 + 0.2, "0.3");
    expect_number(-0.0001, "0");
}

static void a_document_holds_its_texts(void **state)
{
    static struct qr_code code;
    struct label label = {
        .name = "a84e07f1c2b95d3e6f80914ab27dc35e", .check = "WN", .product = "<b>&", .serial = ""};
    const struct layout_limits limits = {.module_min = 0.25, .padding = 1.5, .with_texts = true};
    struct layout layout;
    TEXT struct text why = TEXT_EMPTY;
    TEXT struct text out = TEXT_EMPTY;
    (void)state;

    assert_true(qr_code_make("https://x/r/a84e07f1c2b95d3e6f80914ab27dc35e", QR_CODE_LEVEL_M, &code));
    assert_true(layout_make(&label, code.side, (struct layout_size){50, 30}, &limits, &layout, &why));
    svg_document(&layout, &code, label.name, &out);
    assert_non_null(strstr(out.data, "width=\"50mm\" height=\"30mm\" viewBox=\"0 0 50 30\""));
    assert_non_null(strstr(out.data, ">&lt;b&gt;&amp;</text>"));
    assert_null(strstr(out.data, "<b>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_codes_module_by_module), cmocka_unit_test(draws_every_small_picture),
        cmocka_unit_test(escapes_whatever_it_is),       cmocka_unit_test(writes_numbers),
        cmocka_unit_test(a_document_holds_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
