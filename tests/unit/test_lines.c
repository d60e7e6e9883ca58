/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lines.h"

#include <string.h>

#include "tests/unit/test.h"

#define MOST 6

static const struct {
    const char *text;
    size_t length;     /* 0: up to the terminator */
    const char *lines; /* each in <>, a NUL as 0 */
} texts[] = {
    {"", 0, ""},
    {"\n", 0, "<>"},
    {"\r\n", 0, "<>"},
    {"\r", 0, "<>"},
    {"\n\n\r\r\n\r\n", 0, "<><><><><>"},
    {"\n\r", 0, "<><>"},
    {"a", 0, "<a>"},
    {"a\n", 0, "<a>"},
    {"a\nb", 0, "<a><b>"},
    {"a\r\nb\rc\nd\r\n", 0, "<a><b><c><d>"},
    {"a\r\n\r\nb", 0, "<a><><b>"},
    {" a \n\tb", 0, "< a ><\tb>"},
    {"a\0b\n\0\n", 6, "<a0b><0>"},
    {"\0", 1, "<0>"},
    {"\xEF\xBB\xBF\n", 0, "<\xEF\xBB\xBF>"},
    {"12345\n", 0, "<12345>"},
};

static void add(struct text *said, const char *line, size_t length)
{
    text_puts(said, "<");
    for (size_t i = 0; i < length; i++)
        text_add(said, line[i] ? line + i : "0", 1);
    text_puts(said, ">");
}

static void add_line(void *context, char *line, size_t length)
{
    assert_int_equal(line[length], '\0');
    assert_int_equal(line[length - 1], '\n');
    add(context, line, length - 1);
    memset(line, 'x', length); /* as the contract allows */
}

static void add_too_long(void *context)
{
    text_puts(context, "!");
}

static void split(const char *text, size_t length, size_t piece, struct text *said)
{
    const struct line_splitter_events events = {said, add_line, add_too_long};
    struct line_splitter splitter = line_splitter_new(&events, MOST);

    for (size_t at = 0; at < length; at += piece)
        line_splitter_feed(&splitter, text + at, piece < length - at ? piece : length - at);
    line_splitter_end(&splitter);
    line_splitter_end(&splitter); /* says nothing more */
    line_splitter_fini(&splitter);
}

static void expect_pieces(const char *text, size_t length, const char *wanted)
{
    for (size_t piece = 1; piece <= length; piece++) {
        TEXT struct text said = TEXT_EMPTY;
        split(text, length, piece, &said);
        assert_string_equal(text_get(&said), wanted);
    }
}

static void a_line_that_is_too_long_is_skipped(void **state)
{
    (void)state;

    expect_pieces("123456", 6, "!");
    expect_pieces("123456\n", 7, "!");
    expect_pieces("1234567", 7, "!");
    expect_pieces("1234567890123456789\n", 20, "!");
    expect_pieces("a\n1234567890123456789\r\nb\n", 25, "<a>!<b>");
    expect_pieces("1234567\r1234567\n\nb", 18, "!!<><b>");
}

static void too_long_is_said_at_once(void **state)
{
    TEXT struct text said = TEXT_EMPTY;
    const struct line_splitter_events events = {&said, add_line, add_too_long};
    struct line_splitter splitter = line_splitter_new(&events, MOST);
    (void)state;

    line_splitter_feed(&splitter, "123456", 6);
    assert_string_equal(text_get(&said), "");
    line_splitter_feed(&splitter, "7", 1);
    assert_string_equal(text_get(&said), "!");
    line_splitter_fini(&splitter);
}

static void every_end_ends_a_line(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t length = texts[i].length ? texts[i].length : strlen(texts[i].text);
        struct lines lines = lines_of(texts[i].text, length);
        TEXT struct text said = TEXT_EMPTY;
        const char *line;
        size_t size, count = 0;
        while (lines_next(&lines, &line, &size)) {
            add(&said, line, size);
            assert_int_equal(lines.number, ++count);
        }
        assert_string_equal(text_get(&said), texts[i].lines);
        assert_false(lines_next(&lines, &line, &size));
        expect_pieces(texts[i].text, length, texts[i].lines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_is_too_long_is_skipped),
        cmocka_unit_test(too_long_is_said_at_once),
        cmocka_unit_test(every_end_ends_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
