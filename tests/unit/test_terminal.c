/* SPDX-License-Identifier: Apache-2.0 */
#include "base/terminal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/test.h"

static void nothing_commands_a_terminal(void **state)
{
    TEXT struct text text = TEXT_EMPTY;

    (void)state;
    terminal_add("a\033[2Jb\nc\xFF \xC3\xA4\xE2\x80\xAE", &text);
    assert_string_equal(text_get(&text), "a\xEF\xBF\xBD[2Jb\xEF\xBF\xBD"
                                         "c\xEF\xBF\xBD \xC3\xA4\xEF\xBF\xBD");
}

static void what_is_there_is_kept(void **state)
{
    TEXT struct text text = TEXT_EMPTY;

    (void)state;
    text_puts(&text, "name: ");
    terminal_add("", &text);
    terminal_add("x", &text);
    assert_string_equal(text_get(&text), "name: x");
}

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    terminal_complain("program", format, arguments);
    va_end(arguments);
}

/* What a complaint about words gives on standard error. */
static size_t heard(const char *words, char *out, size_t room)
{
    int ends[2], saved = dup(STDERR_FILENO);

    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    complain("%s is %d", words, 7);
    fflush(stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    close(ends[1]);
    ssize_t length = read(ends[0], out, room - 1);
    close(ends[0]);
    assert_true(length > 0);
    out[length] = '\0';
    return (size_t)length;
}

static void a_complaint_is_one_line(void **state)
{
    char line[64];

    (void)state;
    heard("a\nb", line, sizeof line);
    assert_string_equal(line, "program: a\xEF\xBF\xBD"
                              "b is 7\n");
}

static void a_long_one_is_cut(void **state)
{
    char words[10000], line[sizeof words];

    (void)state;
    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    assert_int_equal(heard(words, line, sizeof line), strlen("program: ") + 8191 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_commands_a_terminal),
        cmocka_unit_test(what_is_there_is_kept),
        cmocka_unit_test(a_complaint_is_one_line),
        cmocka_unit_test(a_long_one_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
