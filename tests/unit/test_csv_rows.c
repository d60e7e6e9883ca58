/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv_rows.h"

#include <string.h>

#include "base/text.h"
#include "tests/unit/test.h"

/* What a list says, as lines: "3: one|two" and "4! why". */
static void note_row(void *context, const char *const *fields, size_t count, unsigned long long line)
{
    text_printf(context, "%llu: ", line);
    for (size_t i = 0; i < count; i++)
        text_printf(context, "%s%s", i > 0 ? "|" : "", fields[i]);
    text_puts(context, "\n");
}

static void note_bad(void *context, unsigned long long line, const char *why)
{
    text_printf(context, "%llu! %s\n", line, why);
}

static void expect_bytes(const char *bytes, size_t length, const char *wanted)
{
    static const size_t parts[] = {1, 2, 7, 1000000};

    for (size_t i = 0; i < COUNT(parts); i++) {
        TEXT struct text said = TEXT_EMPTY;
        const struct csv_rows_events events = {&said, note_row, note_bad};
        struct csv_rows *csv = csv_rows_new(&events, 32768);
        for (size_t at = 0; at < length; at += parts[i])
            csv_rows_feed(csv, bytes + at, length - at < parts[i] ? length - at : parts[i]);
        csv_rows_end(csv);
        csv_rows_free(csv);
        assert_string_equal(text_get(&said), wanted);
    }
}

static void expect(const char *text, const char *wanted)
{
    expect_bytes(text, strlen(text), wanted);
}

static void tells_bad_rows_and_goes_on(void **state)
{
    (void)state;
    expect("a\"b,c\nnext\n", "1! its quotes are not right\n2: next\n");
    expect("one\n\"two\" x,y\nthree", "1: one\n2! its quotes are not right\n3: three\n");
    expect("a\n\"open", "1: a\n2! a quote is not closed\n");
    expect_bytes("a\0b\nc\n", 6, "1! it has a NUL in it\n2: c\n");
}

static void a_file_in_utf16_is_told_once(void **state)
{
    (void)state;
    expect_bytes("\xFF\xFE"
                 "a\0,\0b\0\n\0c\0\n\0",
                 14, "1! it is UTF-16; save it as UTF-8\n");
    expect_bytes("\xFE\xFF\0a\0,\0b\0\n\0c\0\n", 14, "1! it is UTF-16; save it as UTF-8\n");
    expect_bytes("a\0,\0b\0\r\0\n\0c\0\n\0", 14, "1! it is UTF-16; save it as UTF-8\n");
}

static void what_spreadsheets_add_is_read(void **state)
{
    (void)state;
    expect("sep=;\r\na,b;c\r\n", "2: a,b|c\n");
    expect("\xEF\xBB\xBFsep=|\na;b|c\n", "2: a;b|c\n");
    expect("a,b\n=\"001\",=\"2,3\"\n\"=\"\"4\"\"\",5\n", "1: a|b\n2: 001|2,3\n3: 4|5\n");
    expect("a,b,,\nc,,,\n", "1: a|b||\n2: c|||\n");
}

static void a_row_behind_an_open_quote_is_not_lost(void **state)
{
    (void)state;
    expect("\"BEGIN\nA,x\n\"BEGIN\nB\",y\n", "1! its quotes are not right\n3: BEGIN\nB|y\n");
    expect("p,q\n\"BEGIN\nA,x\n\"BEGIN\nB\",y\nr,s\n",
           "1: p|q\n2! its quotes are not right\n4: BEGIN\nB|y\n6: r|s\n");
}

static void an_open_quote_takes_no_memory(void **state)
{
    TEXT struct text input = TEXT_EMPTY;
    (void)state;

    text_puts(&input, "first\n\"open");
    for (int i = 0; i < 32768; i++)
        text_puts(&input, "x");
    text_puts(&input, "\nlast\n");
    expect(input.data, "1: first\n2! it is too long, or a quote is not closed\n3: last\n");
}

static void reads_rows(void **state)
{
    (void)state;
    expect("", "");
    expect("a,b\n\n  \nc,d", "1: a|b\n4: c|d\n");
    expect("\xEF\xBB\xBF"
           "a;b\r\nc;\"d;e\"\r\n",
           "1: a|b\n2: c|d;e\n");
    expect("a\tb\n", "1: a|b\n");
    expect("\"BEGIN\r\nA\r\nEND\",x\r\ny,z", "1: BEGIN\nA\nEND|x\n4: y|z\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_bad_rows_and_goes_on),
        cmocka_unit_test(a_file_in_utf16_is_told_once),
        cmocka_unit_test(what_spreadsheets_add_is_read),
        cmocka_unit_test(a_row_behind_an_open_quote_is_not_lost),
        cmocka_unit_test(an_open_quote_takes_no_memory),
        cmocka_unit_test(reads_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
