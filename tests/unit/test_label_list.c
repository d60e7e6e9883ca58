/* SPDX-License-Identifier: Apache-2.0 */
#include "label/label_list.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "label/names.h"
#include "tests/unit/test.h"

/* What a list says, as lines: "3: name|product|serial" and "4! why". */
static void note_row(void *context, const struct label_list_row *row)
{
    text_printf(context, "%llu: %s|%s|%s\n", row->line, row->identifier, row->product, row->serial);
}

static void note_bad(void *context, unsigned long long line, const char *why)
{
    text_printf(context, "%llu! %s\n", line, why);
}

static void read_in_parts(const char *bytes, size_t length, size_t part, struct text *out)
{
    const struct label_list_events events = {out, note_row, note_bad};
    struct label_list *list = label_list_new(&events);

    for (size_t at = 0; at < length; at += part)
        label_list_feed(list, bytes + at, length - at < part ? length - at : part);
    label_list_end(list);
    label_list_free(list);
}

/* In one piece and byte by byte. */
static void expect_bytes(const char *bytes, size_t length, const char *wanted)
{
    static const size_t parts[] = {1, 2, 7, 1000000};

    for (size_t i = 0; i < COUNT(parts); i++) {
        TEXT struct text said = TEXT_EMPTY;
        read_in_parts(bytes, length, parts[i], &said);
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
    expect("a\"b,c\nnext\n", "1! its quotes are not right\n2: next||\n");
    expect("one\n\"two\" x,y\nthree", "1: one||\n2! its quotes are not right\n3: three||\n");
    expect(",p,s\n", "1! the thing name is missing\n");
    expect("a,b,c,d\ne,f,g\n", "1! it has more than the columns thing name, product and serial\n2: e|f|g\n");
    expect("a\n\"open", "1: a||\n2! a quote is not closed\n");
    expect_bytes("a\0b\nc\n", 6, "1! it has a NUL in it\n2: c||\n");
}

static void an_invisible_character_in_a_thing_name_is_named_with_its_column(void **state)
{
    (void)state;
    expect("\xE2\x80\xAE"
           "a,p\nb\xC2\xA0,p\n",
           "1! there is an invisible character (\\u202E) in column 1; delete it\n"
           "2! there is an invisible character (\\u00A0) in column 2; delete it\n");
    expect("product,thing\n\xC3\xA4\xC3\xB6,\"\xE2\x80\x8B"
           "a\"\nCaf\x65\xCC\x81 5\xC2\xA0kg,b\n",
           "2! there is an invisible character (\\u200B) in column 5; delete it\n3: b|Caf\x65\xCC\x81 "
           "5\xC2\xA0kg|\n");
    expect("\xEF\xBB\xBF\xEF\xBB\xBF"
           "a\n",
           "1! there is an invisible character (\\uFEFF) in column 1; delete it\n");
}

static void what_spreadsheets_leave_is_no_mistake(void **state)
{
    (void)state;
    expect("a,b,c,,\n", "1: a|b|c\n");
    expect("sep=;\nthing name;product;;\n=\"0012\";x;;\n", "3: 0012|x|\n");
    expect_bytes("\xFF\xFE"
                 "a\0\n\0"
                 "b\0\n\0",
                 10, "1! it is UTF-16; save it as UTF-8\n");
}

static void an_open_quote_takes_no_memory(void **state)
{
    TEXT struct text input = TEXT_EMPTY;
    TEXT struct text said = TEXT_EMPTY;
    (void)state;

    text_puts(&input, "first\n\"open");
    for (int i = 0; i < LABEL_LIST_ROW_MAX + 10; i++)
        text_puts(&input, "x");
    text_puts(&input, "\nlast\n");
    read_in_parts(input.data, input.length, 4096, &said);
    assert_string_equal(text_get(&said),
                        "1: first||\n2! it is too long, or a quote is not closed\n3: last||\n");

    text_clear(&input);
    text_clear(&said);
    text_puts(&input, "first\n\"open\n");
    for (int i = 0; i < LABEL_LIST_ROW_MAX; i++)
        text_puts(&input, "x\n");
    read_in_parts(input.data, input.length, 4096, &said);
    assert_non_null(strstr(said.data, "2! it is too long, or a quote is not closed\n"));
}

static void reads_what_programs_write(void **state)
{
    (void)state;
    expect("", "");
    expect("\n\r\n  \n", "");
    expect("a", "1: a||\n");
    expect("a,b\r\nc,,d\r\n", "1: a|b|\n2: c||d\n");
    expect("a\rb\rc", "1: a||\n2: b||\n3: c||\n");
    expect("\xEF\xBB\xBF"
           "a;b;c\r\n\r\nd;e\r\n",
           "1: a|b|c\n3: d|e|\n");
    expect("a\tb, c\td\n", "1: a|b, c|d\n");
    expect("\"a\",\"say \"\"b\"\", c\",d\n", "1: a|say \"b\", c|d\n");
    expect("\"a;b;c\",d\n", "1: a;b;c|d|\n");
    expect("a,\"two\nlines\",c\nd\n", "1: a|two\nlines|c\n3: d||\n");
}

static void finds_columns_by_their_titles(void **state)
{
    (void)state;
    expect("thing_name,product,serial\na,b,c\n", "2: a|b|c\n");
    expect("ThingName\na\n", "2: a||\n");
    expect("Serial number;Colour;Thing name;Product\n1;red;a;b\n", "2: a|b|1\n");
    expect("\n\nSN,UID\n1,a\n", "4: a||1\n");
    expect("identifier,note,note\na,b,c,d,e\n", "2: a||\n");
    expect("product,serial\na,b\n", "1: product|serial|\n2: a|b|\n"); /* no title of the one that is needed */
    expect("serial,identifier\n1\n", "2! the thing name is missing\n");
}

static void names_are_known_again(void **state)
{
    struct names *names = names_new();
    char name[40];
    (void)state;

    for (unsigned long long i = 1; i <= 100000; i++) {
        snprintf(name, sizeof name, "%032llx", i);
        assert_int_equal(names_add(names, name, i), 0);
    }
    for (unsigned long long i = 1; i <= 100000; i += 997) {
        snprintf(name, sizeof name, "%032llx", i);
        assert_int_equal(names_add(names, name, 5), i);
    }
    assert_int_equal(names_add(names, "", 7), 0);
    assert_int_equal(names_add(names, "", 8), 7);
    names_free(names);
    names_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_bad_rows_and_goes_on),
        cmocka_unit_test(an_open_quote_takes_no_memory),
        cmocka_unit_test(reads_what_programs_write),
        cmocka_unit_test(finds_columns_by_their_titles),
        cmocka_unit_test(an_invisible_character_in_a_thing_name_is_named_with_its_column),
        cmocka_unit_test(what_spreadsheets_leave_is_no_mistake),
        cmocka_unit_test(names_are_known_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
