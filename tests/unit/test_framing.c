/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/framing.h"

#include <limits.h>

#include "tests/unit/test.h"

struct header {
    const char *name, *value;
};

#define HEADERS_MAX 4

struct request {
    const char *version;
    struct header headers[HEADERS_MAX];
    unsigned status;
};

static struct framing see_all(const struct request *request)
{
    struct framing framing = {0};

    for (size_t i = 0; i < HEADERS_MAX && request->headers[i].name; i++)
        framing_see(&framing, request->headers[i].name, request->headers[i].value);
    return framing;
}

static void assert_verdicts(const struct request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct framing framing = see_all(&requests[i]);
        unsigned status = framing_verdict(&framing, requests[i].version);
        if (status != requests[i].status)
            fail_msg("case %zu (%s, %s: %s): %u instead of %u", i, requests[i].version,
                     requests[i].headers[0].name, requests[i].headers[0].value, status, requests[i].status);
    }
}

#define H11 "HTTP/1.1"
#define H10 "HTTP/1.0"
#define HOST                                                                                                 \
    {                                                                                                        \
        "Host", "portal.example"                                                                             \
    }

static void refuses_what_two_servers_could_read_differently(void **state)
{
    static const struct request requests[] = {
        {H11, {{"Content-Length", "5"}, {"Content-Length", "5"}, HOST}, 400},
        {H11, {{"Content-Length", "5"}, {"content-length", "6"}, HOST}, 400},
        {H11, {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}, HOST}, 400},
        {H11, {{"Transfer-Encoding", "chunked"}, {"CONTENT-LENGTH", "0"}, HOST}, 400},
        {H11, {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}, HOST}, 400},
        {H11, {{"Transfer-Encoding", "gzip, chunked"}, HOST}, 400},
        {H11, {{"Transfer-Encoding", "chunked, chunked"}, HOST}, 400},
        {H11, {{"Transfer-Encoding", "identity"}, HOST}, 400},
        {H11, {{"Transfer-Encoding", "xchunked"}, HOST}, 400},
        {H11, {{"Transfer-Encoding", ""}, HOST}, 400},
        {H11, {{"Transfer-Encoding", NULL}, HOST}, 400},
        {H10, {{"Transfer-Encoding", "chunked"}}, 400},
        {H11, {HOST, HOST}, 400},
        {H11, {HOST, {"host", "other.example"}}, 400},
        {H10, {HOST, HOST}, 400},
        {H11, {{NULL, NULL}}, 400},
    };
    (void)state;

    assert_verdicts(requests, COUNT(requests));
}

static void refuses_lengths_that_are_no_numbers(void **state)
{
    static const char *const bad[] = {"",   "-1", "+5",  "5,5", "5, 5",     "0x5", "5 ",
                                      " 5", "5a", "1e3", "5\v", "\xd9\xa5", NULL};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_verdicts(&(struct request){H11, {{"Content-Length", bad[i]}, HOST}, 400}, 1);
}

static void refuses_names_that_are_no_tokens(void **state)
{
    static const char *const bad[] = {
        "",
        "Content-Length ",
        "Content-Length\t",
        " Host",
        "Ho st",
        "Host:",
        "X(y)",
        "X\"y",
        "X\x7fy",
        "X\x01y",
        "\xc3\xa4",
        "X/y",
        "X=y",
        "X{y}",
        "X[y]",
        "X@y",
        "X,y",
        "X;y",
        "X<y>",
        "X?y",
        "X\\y",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_verdicts(&(struct request){H11, {{bad[i], "1"}, HOST}, 400}, 1);
}

static void refuses_hosts_that_are_none(void **state)
{
    static const char *const bad[] = {"a b", "a,b", "a/b", "user@a", "a?b", "a#b", "a\tb", "http://a"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_verdicts(&(struct request){H11, {{"Host", bad[i]}}, 400}, 1);
}

static void refuses_other_versions(void **state)
{
    static const char *const bad[] = {"HTTP/1.2", "HTTP/2.0",  "HTTP/0.9", "HTTP/1.1 ",
                                      "http/1.1", "HTTP/1.10", "",         "HTTP/11"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_verdicts(&(struct request){bad[i], {HOST}, 505}, 1);
}

static void takes_what_is_clear(void **state)
{
    static const struct request requests[] = {
        {H11, {HOST}, 0},
        {H11, {{"host", "[::1]:8080"}}, 0},
        {H11, {{"Host", ""}}, 0},
        {H11, {HOST, {"Content-Length", "0"}}, 0},
        {H11, {HOST, {"Content-Length", "8192"}}, 0},
        {H11, {HOST, {"Transfer-Encoding", "chunked"}}, 0},
        {H11, {HOST, {"transfer-encoding", "Chunked"}}, 0},
        {H11, {HOST, {"X-a!#$%&'*+-.^_`|~1", "anything, twice"}, {"X-a", NULL}}, 0},
        {H10, {{NULL, NULL}}, 0},
        {H10, {HOST, {"Content-Length", "5"}}, 0},
    };
    (void)state;

    assert_verdicts(requests, COUNT(requests));
}

static void lengths_saturate(void **state)
{
    static const struct {
        const char *value;
        unsigned long long length;
    } cases[] = {
        {"0", 0},
        {"007", 7},
        {"18446744073709551614", ULLONG_MAX - 1},
        {"18446744073709551615", ULLONG_MAX},
        {"18446744073709551616", ULLONG_MAX},
        {"99999999999999999999999999999999999999990", ULLONG_MAX},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct framing framing = {0};
        framing_see(&framing, "Content-Length", cases[i].value);
        assert_false(framing.bad);
        assert_true(framing.content_length == cases[i].length);
    }
}

static void refuses_targets_that_hide_something(void **state)
{
    static const char *const bad[] = {"",      "*",      "a",      "http://a/", "/a b",
                                      "/a\tb", "/a\x01", "/a\x7f", " /",        "/a\n"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        if (framing_target_is_sound(bad[i]))
            fail_msg("took \"%s\"", bad[i]);
}

static void takes_targets_as_they_are_typed(void **state)
{
    static const char *const good[] = {"/", "/a%00b", "/a?b=c&d=%20", "/\xc3\xa4", "//", "/r/https://host/x"};
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++)
        if (!framing_target_is_sound(good[i]))
            fail_msg("refused \"%s\"", good[i]);
}

/* What libmicrohttpd leaves of the line "X: value", with the CRLF behind it. */
static void a_header_begins_behind_the_line_before(void **state)
{
    static const char line[] = "X\0 a\0\0\0\0", nul[] = "X\0 a\0b\0\0", empty[] = "X\0\0\0Y";
    (void)state;

    assert_null(framing_next_header(NULL, line, line + 3));
    assert_null(framing_next_header(line, line + 1, line + 3));
    assert_null(framing_next_header(line, line, NULL));
    assert_null(framing_next_header(line, line, line + 4));
    assert_null(framing_next_header(line, line, nul + 3));
    assert_null(framing_next_header(nul, nul, nul + 3));
    assert_ptr_equal(framing_next_header(line, line, line + 3), line + 6);
    assert_ptr_equal(framing_next_header(empty, empty, empty + 2), empty + 4);
    assert_true(framing_head_ends(line + 6, line + 8));
    assert_false(framing_head_ends(line + 4, line + 8));
    assert_false(framing_head_ends(empty + 4, empty + 6));
    assert_false(framing_head_ends(NULL, line + 8));
    assert_null(framing_next_line(nul + 4));
    assert_ptr_equal(framing_next_line(line + 4), line + 6);
}

static void refuses_control_characters_in_values(void **state)
{
    static const struct request requests[] = {
        {H11, {{"X", "a\rb"}, HOST}, 400},     {H11, {{"X", "a\nb"}, HOST}, 400},
        {H11, {{"X", "\x01"}, HOST}, 400},     {H11, {{"X", "\x7f"}, HOST}, 400},
        {H11, {{"X", "\x1b[31m"}, HOST}, 400}, {H11, {{"X", "a\tb \xe4"}, HOST}, 0},
    };
    (void)state;

    assert_verdicts(requests, COUNT(requests));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_begins_behind_the_line_before),
        cmocka_unit_test(refuses_control_characters_in_values),
        cmocka_unit_test(refuses_what_two_servers_could_read_differently),
        cmocka_unit_test(refuses_lengths_that_are_no_numbers),
        cmocka_unit_test(refuses_names_that_are_no_tokens),
        cmocka_unit_test(refuses_hosts_that_are_none),
        cmocka_unit_test(refuses_other_versions),
        cmocka_unit_test(refuses_targets_that_hide_something),
        cmocka_unit_test(takes_what_is_clear),
        cmocka_unit_test(lengths_saturate),
        cmocka_unit_test(takes_targets_as_they_are_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
