/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <fcntl.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "tests/unit/test.h"

#define NAME "0123456789abcdef0123456789abcdef"
#define TIME "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z"

/* Standard error goes into memory between these two. */
static int saved = -1;
static int captured = -1;
static char line[8192];

static void capture(void)
{
    fflush(stderr);
    saved = dup(STDERR_FILENO);
    captured = memfd_create("log", 0);
    dup2(captured, STDERR_FILENO);
}

static const char *release(void)
{
    dup2(saved, STDERR_FILENO);
    ssize_t length = pread(captured, line, sizeof line - 1, 0);
    line[length > 0 ? length : 0] = '\0';
    close(saved);
    close(captured);
    return line;
}

static void expect_match(const char *pattern)
{
    regex_t regex;

    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&regex, line, 0, NULL, 0) != 0)
        fail_msg("%s does not match %s", line, pattern);
    regfree(&regex);
}

static void below_the_level_is_silent(void **state)
{
    (void)state;

    log_setup(LOG_WARN, LOG_PLAIN);
    capture();
    log_event(LOG_DEBUG, "a.b", NULL);
    log_event(LOG_INFO, "a.b", "key", "value", NULL);
    assert_string_equal(release(), "");
}

/* Nobody reads the pipe; then somebody does. */
static void a_full_pipe_does_not_block(void **state)
{
    static char text[1 << 20];
    int ends[2];
    (void)state;

    log_setup(LOG_INFO, LOG_PLAIN);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    int flags = fcntl(ends[1], F_GETFL);
    assert_int_equal(fcntl(ends[1], F_SETFL, flags & ~O_NONBLOCK), 0); /* a write would block */
    saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    unsigned long before = log_dropped();
    for (int i = 0; i < 5000; i++)
        log_event(LOG_INFO, "a.b", "number", LOG_NUMBER(i), NULL);
    unsigned long dropped = log_dropped() - before;
    ssize_t length = read(ends[0], text, sizeof text);
    log_event(LOG_INFO, "a.c", NULL);
    ssize_t after = read(ends[0], text + length, sizeof text - (size_t)length - 1);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[0]);
    close(ends[1]);
    assert_in_range(dropped, 1000, 4999);
    assert_in_range(length, 16384, 65536);
    assert_true(after > 0);
    text[length + after] = '\0';
    char wanted[64];
    snprintf(wanted, sizeof wanted, "log.lines_dropped count=%lu\n", dropped);
    assert_non_null(strstr(text + length, " a.c\n"));
    assert_non_null(strstr(text + length, wanted));
}

static void a_long_value_is_cut(void **state)
{
    char value[20000] = {0};
    (void)state;

    memset(value, '\a', sizeof value - 1);
    for (int format = LOG_PLAIN; format <= LOG_JSON; format++) {
        log_setup(LOG_INFO, (enum log_format)format);
        capture();
        log_event(LOG_INFO, "a.b", "first", value, "second", value, "third", "short", NULL);
        release();
        assert_in_range(strlen(line), 2000, 4096);
        assert_string_equal(line + strlen(line) - 1, "\n");
    }
}

static void a_thing_is_never_whole(void **state)
{
    char out[LOG_THING_SIZE];
    (void)state;

    log_setup(LOG_INFO, LOG_JSON);
    capture();
    log_event(LOG_INFO, "a.b", "thing", LOG_THING(NAME), NULL);
    release();
    assert_non_null(strstr(line, "0123"));
    assert_null(strstr(line, "01234"));
    assert_null(strstr(line, "cdef\""));
    assert_string_equal(log_thing(NAME, out), out);
    assert_true(strlen(out) < LOG_THING_SIZE);
    assert_string_not_equal(LOG_THING(NAME), LOG_THING("0123456789abcdef0123456789abcdee"));
    assert_string_equal(LOG_THING(NAME), out);
    log_thing("", out);
    log_thing("ab", out);
    assert_true(strncmp(out, "ab", 2) == 0);
}

static void json_has_one_line_whatever_the_value(void **state)
{
    (void)state;

    log_setup(LOG_INFO, LOG_JSON);
    capture();
    log_event(LOG_WARN, "a.b", "key", "x\"\\\n\r\t\001}{", "none", NULL, "empty", "", NULL);
    release();
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    expect_match("^[{]\"time\":\"" TIME "\",\"level\":\"warn\",\"event\":\"a[.]b\",\"key\":\"x");
    expect_match("x\\\\\"\\\\\\\\");
    assert_null(strstr(line, "none"));
    assert_non_null(strstr(line, ",\"empty\":\"\"}\n"));
}

static void json_is_always_utf8(void **state)
{
    (void)state;

    log_setup(LOG_INFO, LOG_JSON);
    capture();
    log_event(LOG_INFO, "a.b", "key", "a\xFF\xC0\xAFz\xC3", "umlaut", "\xC3\xA4", NULL);
    release();
    size_t left = strlen(line);
    for (const char *at = line; left > 0;) {
        uint32_t character;
        size_t size = utf8_decode(at, left, &character);
        if (size == 0)
            fail_msg("broken UTF-8 in %s", line);
        at += size;
        left -= size;
    }
    assert_non_null(strstr(line, "\"umlaut\":\"\xC3\xA4\""));
}

static void plain_is_one_line(void **state)
{
    (void)state;

    log_setup(LOG_INFO, LOG_PLAIN);
    capture();
    log_event(LOG_ERROR, "a.b", "one", "two", "spaced", "a b", "line", "x\nERROR forged", "number",
              LOG_NUMBER(-12), NULL);
    release();
    expect_match("^" TIME " error a[.]b one=two spaced=\"a b\" line=\"x[^\n]*forged\" number=-12\n$");
}

static void lines_carry_the_request(void **state)
{
    (void)state;

    log_setup(LOG_INFO, LOG_JSON);
    log_set_request("req\"1");
    capture();
    log_event(LOG_INFO, "a.b", NULL);
    release();
    assert_non_null(strstr(line, "\"request_id\":\"req\\\"1\""));
    log_set_request(NULL);
    capture();
    log_event(LOG_INFO, "a.b", NULL);
    release();
    assert_null(strstr(line, "request_id"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_the_level_is_silent),
        cmocka_unit_test(a_full_pipe_does_not_block),
        cmocka_unit_test(a_long_value_is_cut),
        cmocka_unit_test(a_thing_is_never_whole),
        cmocka_unit_test(json_has_one_line_whatever_the_value),
        cmocka_unit_test(json_is_always_utf8),
        cmocka_unit_test(plain_is_one_line),
        cmocka_unit_test(lines_carry_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
