/* SPDX-License-Identifier: Apache-2.0 */
#include "base/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/test.h"

static const struct config_key http_keys[] = {
    {"http", "listen", CONFIG_TEXT, NULL, 1, 40, NULL, false, "Where to listen."},
    {"http", "threads", CONFIG_INTEGER, "4", 1, 64, NULL, false, "Threads that serve."},
    {"http", "offset", CONFIG_INTEGER, "0", 0, 0, NULL, false, ""},
    {"http", "timeout", CONFIG_DURATION, "15s", 100, 60000, NULL, false, "Patience."},
    {"http", "retries", CONFIG_DURATIONS, "1s 2s", 100, 3600000, NULL, false, "When to try again."},
    {"http", "proxy", CONFIG_BOOLEAN, "no", 0, 0, NULL, false, "Behind a proxy."},
    {"http", "mode", CONFIG_CHOICE, "json", 0, 0, "json|plain", false, "Log | format."},
    {"http", "page", CONFIG_PATH, "", 0, 0, NULL, false, "A page."},
    {"http", "password", CONFIG_TEXT, "", 0, 0, NULL, true, "Secret."},
    {"http", "workers", CONFIG_REMOVED, NULL, 0, 0, NULL, false, "was renamed: write threads"},
};
static const struct config_key staging_keys[] = {
    {"staging.*", "address", CONFIG_TEXT, NULL, 1, 128, NULL, false, "Address."},
    {"staging.*", "ca_file", CONFIG_TEXT, "", 0, 0, NULL, false, ""},
    {"staging.*", "file", CONFIG_TEXT, "", 0, 0, NULL, false, ""},
    {"staging.*", "rate", CONFIG_INTEGER, "100", 0, 1000, NULL, false, "Rate."},
    {"staging.*.#", "ca_file", CONFIG_TEXT, NULL, 1, 64, NULL, false, ""},
    {"staging.*.#", "note", CONFIG_TEXT, "f", 0, 0, NULL, false, "One more."},
};
static const struct config_table tables[] = {{http_keys, COUNT(http_keys)},
                                             {staging_keys, COUNT(staging_keys)}};

static char path[] = "/tmp/test_config.XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static struct config *load_bytes(const char *bytes, size_t length, char *const *environment, bool strict)
{
    assert_int_equal(file_replace(path, bytes, length, 0600), 0);
    struct config *config = config_new(tables, COUNT(tables), "PORTAL", strict);
    bool good = config_load(config, path, environment);
    assert_int_equal(good, config_error_count(config) == 0);
    return config;
}

/* The one error must be "<path>:<line>: <rest>", or just rest where line is 0. */
static void expect_error_bytes(const char *bytes, size_t length, char *const *environment, unsigned line,
                               const char *rest)
{
    char wanted[512];
    struct config *config = load_bytes(bytes, length, environment, true);

    snprintf(wanted, sizeof wanted, "%s:%u: %s", path, line, rest);
    if (config_error_count(config) != 1) {
        for (size_t i = 0; i < config_error_count(config); i++)
            print_error("%s\n", config_error(config, i));
        fail_msg("%zu errors in %.200s", config_error_count(config), bytes);
    }
    assert_string_equal(config_error(config, 0), line > 0 ? wanted : rest);
    config_free(config);
}

static void expect_error(const char *text, unsigned line, const char *rest)
{
    expect_error_bytes(text, strlen(text), NULL, line, rest);
}

static void expect_variable_error(const char *variable, const char *error)
{
    static const char text[] = "[http]\nlisten = x\n[staging.a-b]\naddress = y\n";
    char *copy = strdup(variable);
    char *environment[] = {copy, NULL};

    expect_error_bytes(text, strlen(text), environment, 0, error);
    free(copy);
}

static struct config *expect_good(const char *text, char *const *environment)
{
    struct config *config = load_bytes(text, strlen(text), environment, true);
    if (config_error_count(config) > 0)
        fail_msg("%s", config_error(config, 0));
    return config;
}

static void refuses_bad_syntax(void **state)
{
    (void)state;

    expect_error("listen = x\n[http]\nlisten = x\n", 1, "stands before the first [section]");
    expect_error("[http]\nlisten = x\nthreads\n", 3, "the line must be a [section] or name = value");
    expect_error("[http]\nlisten = x\n  threads\n\n", 3, "the line must be a [section] or name = value");
    expect_error("[http]\nlisten = x\nthreads", 3, "the line must be a [section] or name = value");
    expect_error("[http]\nlisten = x\n[http\nthreads = 3\n", 3, "not a good [section] line");
    expect_error("[http]\nlisten = x\n[http] threads = 3\n", 3, "not a good [section] line");
    expect_error("[http]\nlisten = x\n[]\n", 3, "not a good [section] line");
    expect_error("[http]\nlisten = x\n[ht tp]\n", 3, "not a good [section] line");
    expect_error(
        "[http]\nlisten = x\n[staging.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n", 3,
        "not a good [section] line");
}

static void refuses_nul_and_long_lines(void **state)
{
    static const char nul[] = "[http]\nlisten = x\nproxy = yes\0no\n";
    static const char head[] = "[http]\nlisten = x\n; ";
    static char text[3 * CONFIG_LINE_MAX];
    (void)state;

    expect_error_bytes(nul, sizeof nul - 1, NULL, 3, "the line has a NUL in it");

    memset(text, 'x', sizeof text);
    memcpy(text, head, strlen(head));
    config_free(load_bytes(text, sizeof text, NULL, true)); /* a comment may be long */
    memcpy(text + strlen(head) - 2, "password =", 10);
    expect_error_bytes(text, sizeof text, NULL, 3, "the line is too long");
    expect_error_bytes(text, strlen(head) - 2 + CONFIG_LINE_MAX + 1, NULL, 3, "the line is too long");
    expect_error_bytes(text, strlen(head) - 2 + CONFIG_LINE_MAX, NULL, 3,
                       "[http] password: has more than 4000 bytes");
    struct config *config = load_bytes(text, strlen(head) - 2 + 10 + CONFIG_VALUE_MAX, NULL, true);
    assert_int_equal(config_error_count(config), 0);
    assert_int_equal(strlen(config_text(config, "http", "password")), CONFIG_VALUE_MAX);
    config_free(config);
}

static void refuses_unknown_and_missing(void **state)
{
    (void)state;

    expect_error("[http]\nlisten = x\n[htpt]\nthreads = 3\n", 3, "unknown section [htpt]");
    expect_error("[http]\nlisten = x\n[staging]\nrate = 3\n", 3, "unknown section [staging]");
    expect_error("[http]\nlisten = x\n[staging.]\nrate = 3\n", 3, "unknown section [staging.]");
    expect_error("[http]\nlisten = x\n[staging.a.b]\nrate = 3\n", 3, "unknown section [staging.a.b]");
    expect_error("[http]\nlisten = x\nLISTEN = y\n", 3, "[http] LISTEN: unknown key");
    expect_error("[http]\nlisten = x\n = y\n", 3, "[http] : unknown key");
    expect_error("[http]\nlisten = x\nworkers = 4\n", 3, "[http] workers: was renamed: write threads");
    expect_variable_error("PORTAL_HTTP_WORKERS=4",
                          "PORTAL_HTTP_WORKERS: [http] workers: was renamed: write threads");
    expect_error("[staging.a]\naddress = x\n[http]\nlisten = x\n\n[staging.b]\n", 6,
                 "[staging.b] address: must be given (here or as PORTAL_STAGING_B_ADDRESS)");
    char wanted[256];
    snprintf(wanted, sizeof wanted, "%s: [http] listen: must be given (here or as PORTAL_HTTP_LISTEN)", path);
    expect_error("", 0, wanted);
}

static void refuses_twice(void **state)
{
    char wanted[256];
    (void)state;

    snprintf(wanted, sizeof wanted, "[http] listen: given before, as %s:2", path);
    expect_error("[http]\nlisten = x\nlisten = x\n", 3, wanted);
    expect_error("[http]\nlisten = x\n[staging.a]\naddress=y\n[http]\nlisten = x\n", 6, wanted);
    expect_error("[http]\nlisten = x\n[staging.a-b]\naddress = x\n[staging.A_b]\naddress = x\n", 5,
                 "[staging.A_b]: is too like [staging.a-b]: their variables would have one name");
}

static void refuses_bad_values(void **state)
{
    static const struct {
        const char *line, *error;
    } bad[] = {
        {"threads =", "[http] threads: \"\" is not a whole number"},
        {"threads = 4x", "[http] threads: \"4x\" is not a whole number"},
        {"threads = 0x4", "[http] threads: \"0x4\" is not a whole number"},
        {"threads = 4 5", "[http] threads: \"4 5\" is not a whole number"},
        {"threads = 0", "[http] threads: \"0\" is not between 1 and 64"},
        {"threads = 65", "[http] threads: \"65\" is not between 1 and 64"},
        {"offset = 1234567890123456789", "[http] offset: \"1234567890123456789\" is not a whole number"},
        {"offset = --1", "[http] offset: \"--1\" is not a whole number"},
        {"timeout = 99ms", "[http] timeout: \"99ms\" is not between 100ms and 1m"},
        {"timeout = 2m", "[http] timeout: \"2m\" is not between 100ms and 1m"},
        {"timeout = 5 s", "[http] timeout: \"5 s\" is not a duration (such as 250ms, 5s, 15m, 2h, 1d)"},
        {"timeout = -5s", "[http] timeout: \"-5s\" is not a duration (such as 250ms, 5s, 15m, 2h, 1d)"},
        {"timeout = 5y", "[http] timeout: \"5y\" is not a duration (such as 250ms, 5s, 15m, 2h, 1d)"},
        {"timeout = 999999999999999999d",
         "[http] timeout: \"999999999999999999d\" is not a duration (such as 250ms, 5s, 15m, 2h, 1d)"},
        {"timeout = ", "[http] timeout: \"\" is not a duration (such as 250ms, 5s, 15m, 2h, 1d)"},
        {"retries =", "[http] retries: \"\" is not a list of 1 to 32 durations (such as \"5s 1m\")"},
        {"retries = 1s x", "[http] retries: \"1s x\" is not a list of 1 to 32 durations (such as \"5s 1m\")"},
        {"retries = 1s 2h", "[http] retries: \"1s 2h\" is not between 100ms and 1h"},
        {"proxy = maybe", "[http] proxy: \"maybe\" is neither yes nor no"},
        {"mode = JSON", "[http] mode: \"JSON\" is none of json|plain"},
        {"mode = json|plain", "[http] mode: \"json|plain\" is none of json|plain"},
        {"mode =", "[http] mode: \"\" is none of json|plain"},
        {"page = /nowhere/at/all",
         "[http] page: \"/nowhere/at/all\" cannot be read: No such file or directory"},
        {"page = a\033[2Jb", "[http] page: \"a\\u001b[2Jb\" has a control character or is not UTF-8"},
        {"password = a\tb", "[http] password: the value has a control character or is not UTF-8"},
        {"password = \xFF", "[http] password: the value has a control character or is not UTF-8"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        char text[256];
        snprintf(text, sizeof text, "[http]\nlisten = x\n%s\n", bad[i].line);
        expect_error(text, 3, bad[i].error);
    }
    expect_error("[http]\nlisten =\n", 2, "[http] listen: must not be empty");
    expect_error("[http]\nlisten = 12345678901234567890123456789012345678901\n", 2,
                 "[http] listen: has 41 bytes, 1 to 40 are allowed");
    expect_error(
        "[http]\nlisten = x\nretries = 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n",
        3,
        "[http] retries: \"1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 ...\" is not a list "
        "of 1 to 32 durations (such as \"5s 1m\")");
}

#define KEY "MHcCAQEEIE0zIVRKGE0ueXwcS47BCoupoAoGCCqGSM49AwEHoUQDQgAE" /* made up */

/* A line of a private key that was pasted into the wrong place. */
static void what_may_be_a_key_is_never_repeated(void **state)
{
    (void)state;

    expect_error("[http]\nlisten = x\n" KEY "==\n", 3,
                 "[http]: unknown key: 56 characters (not shown, they may be a key)");
    expect_error("[http]\nlisten = x\n[ed3321544a184d2e797c1c4b8ec10a8ba9a4b7be5a842d4]\n", 3,
                 "unknown section 47 hex digits (not shown, they may be a key)");
    expect_error("[http]\nlisten = x\nthreads = " KEY "\n", 3,
                 "[http] threads: 56 characters (not shown, they may be a key) is not a whole number");
    expect_error("[http]\nlisten = x\npage = " KEY "\n", 3,
                 "[http] page: 56 characters (not shown, they may be a key) cannot be read: No such file or "
                 "directory");
    expect_error("[http]\nlisten = x\n" KEY "\n", 3, "the line must be a [section] or name = value");
}

static void what_cannot_be_seen_is_named(void **state)
{
    (void)state;

    expect_error("[http]\nlisten = x\n  proxy =\xC2\xA0yes\n", 3,
                 "there is an invisible character (\\u00A0) in column 10; delete it");
    expect_error("[http]\nlisten = x\n\xE2\x80\x8Bproxy = yes\n", 3,
                 "there is an invisible character (\\u200B) in column 1; delete it");
    config_free(expect_good("[http]\nlisten = x ; caf\xC3\xA9\xC2\xA0\n;\xE2\x80\x8B\nproxy = yes\n", NULL));
    expect_variable_error(
        "PORTAL_HTTP_PROXY=yes\xE2\x80\x8B",
        "PORTAL_HTTP_PROXY: there is an invisible character (\\u200B) in column 4; delete it");
}

static void a_file_in_utf16_is_told_once(void **state)
{
    static const char text[] = "[\0h\0t\0t\0p\0]\0\n\0x\0=\0y\0\n\0";
    struct config *config = load_bytes(text, sizeof text - 1, NULL, true);
    TEXT struct text wanted = TEXT_EMPTY;
    (void)state;

    text_printf(&wanted, "%s:1: it is UTF-16; save it as UTF-8", path);
    assert_string_equal(config_error(config, 0), wanted.data);
    assert_int_equal(config_error_count(config), 1);
    assert_false(config_is_read(config));
    config_free(config);
}

/* With what an editor adds to a value: a byte order mark, CRLF. */
static void reads_a_variables_file_from_an_editor(void **state)
{
    char variable[64], utf16[64], wanted[160];
    char *environment[] = {variable, NULL};
    (void)state;

    snprintf(variable, sizeof variable, "PORTAL_HTTP_PASSWORD_FILE=%s", path);
    assert_int_equal(file_replace(path, "\xEF\xBB\xBFsecret\r\n", 11, 0600), 0);
    struct config *config = config_new(tables, COUNT(tables), "PORTAL", true);
    assert_false(config_load(config, NULL, environment)); /* listen is missing */
    assert_string_equal(config_text(config, "http", "password"), "secret");
    config_free(config);

    assert_int_equal(file_replace(path, "\xFF\xFEs\0", 4, 0600), 0);
    config = config_new(tables, COUNT(tables), "PORTAL", true);
    assert_false(config_load(config, NULL, environment));
    snprintf(utf16, sizeof utf16, "%s: it is UTF-16; save it as UTF-8", path);
    snprintf(wanted, sizeof wanted, "PORTAL_HTTP_PASSWORD_FILE: %s", utf16);
    assert_string_equal(config_error(config, 0), wanted);
    config_free(config);
}

static void refuses_bad_variables(void **state)
{
    (void)state;

    expect_variable_error("PORTAL_HTTP_LISTENN=x", "PORTAL_HTTP_LISTENN: names no key");
    expect_variable_error("PORTAL_X=x", "PORTAL_X: names no key");
    expect_variable_error("PORTAL_=x", "PORTAL_: names no key");
    expect_variable_error("PORTAL_PORT=8080", "PORTAL_PORT: names no key");
    expect_variable_error("PORTAL_http_listen=x", "PORTAL_http_listen: names no key");
    expect_variable_error("PORTAL_STAGING_RATE=1", "PORTAL_STAGING_RATE: names no key");
    expect_variable_error("PORTAL_STAGING__RATE=x", "PORTAL_STAGING__RATE: names no key");
    expect_variable_error("PORTAL_HTTP_THREADS=x", "PORTAL_HTTP_THREADS: \"x\" is not a whole number");
    expect_variable_error(
        "PORTAL_HTTP_LISTEN=a ;b",
        "PORTAL_HTTP_LISTEN: \"a ;b\" has a ; at its start or after a space, which starts a comment");
    expect_variable_error("PORTAL_HTTP_LISTEN=\"a\"",
                          "PORTAL_HTTP_LISTEN: \"\\\"a\\\"\" has quotes around it; write it without them");
    expect_variable_error("PORTAL_HTTP_PASSWORD_FILE=/nowhere",
                          "PORTAL_HTTP_PASSWORD_FILE: /nowhere cannot be read: No such file or directory");
    expect_variable_error("PORTAL_STAGING_NEW_RATE=5",
                          "PORTAL_STAGING_NEW_RATE: [staging.new] address: must be given "
                          "(here or as PORTAL_STAGING_NEW_ADDRESS)");
}

static void refuses_a_variable_beside_its_file(void **state)
{
    static char one[] = "PORTAL_HTTP_LISTEN=x";
    char two[64];
    char *environment[] = {one, two, NULL};
    (void)state;

    snprintf(two, sizeof two, "PORTAL_HTTP_LISTEN_FILE=%s", path);
    expect_error_bytes("", 0, environment, 0,
                       "PORTAL_HTTP_LISTEN_FILE: [http] listen: given before, as PORTAL_HTTP_LISTEN");
}

static void collects_all_errors(void **state)
{
    static const char text[] = "[htp]\nx = 1\n[http]\nlsten = 1\nthreads = x\nproxy\n";
    struct config *config = load_bytes(text, strlen(text), NULL, true);
    (void)state;

    assert_int_equal(config_error_count(config), 5);
    assert_true(config_is_read(config));
    assert_string_equal(config_text(config, "http", "listen"), ""); /* still safe to ask */
    config_free(config);

    config = config_new(tables, COUNT(tables), "PORTAL", true);
    assert_false(config_load(config, "/nowhere.ini", NULL));
    assert_string_equal(config_error(config, 0), "/nowhere.ini: cannot be read: No such file or directory");
    config_add_error(config, NULL, NULL, "there is no [staging.NAME]");
    assert_int_equal(config_error_count(config), 1);
    assert_false(config_is_read(config));
    config_free(config);
    config_free(NULL);
}

static void reads_a_file(void **state)
{
    struct config *config = expect_good("\xEF\xBB\xBF; a comment\r\n"
                                        "# another\n"
                                        "  [http]  ; indented\r\n"
                                        "\tlisten: [::]:8080 \r\n"
                                        "  threads=12 ; twelve\n"
                                        "offset = -7\n"
                                        "timeout = 30\n"
                                        "retries = 250ms, 1m\n"
                                        "proxy = ON\n"
                                        "mode = plain\n"
                                        "page = /\n"
                                        "password = a=b;c'\"\xC3\xA4\n"
                                        "[staging.b]\naddress = b.example.com\n"
                                        "[staging.a]\naddress = a.example.com\nrate = 0\n"
                                        "[staging.b]\nfile = x",
                                        NULL);
    long long delays[4];
    (void)state;

    assert_string_equal(config_text(config, "http", "listen"), "[::]:8080");
    assert_int_equal(config_integer(config, "http", "threads"), 12);
    assert_int_equal(config_integer(config, "http", "offset"), -7);
    assert_int_equal(config_integer(config, "http", "timeout"), 30000);
    assert_int_equal(config_durations(config, "http", "retries", delays, COUNT(delays)), 2);
    assert_int_equal(delays[0], 250);
    assert_int_equal(delays[1], 60000);
    assert_true(config_boolean(config, "http", "proxy"));
    assert_string_equal(config_text(config, "http", "mode"), "plain");
    assert_string_equal(config_text(config, "http", "page"), "/");
    assert_string_equal(config_text(config, "http", "password"), "a=b;c'\"\xC3\xA4");
    assert_int_equal(config_family_count(config, "staging"), 2);
    assert_string_equal(config_family_name(config, "staging", 0), "b");
    assert_string_equal(config_family_name(config, "staging", 1), "a");
    assert_int_equal(config_integer(config, "staging.b", "rate"), 100);
    assert_int_equal(config_integer(config, "staging.a", "rate"), 0);
    assert_string_equal(config_text(config, "staging.b", "file"), "x");
    config_add_error(config, "staging.a", "rate", "is %s", "odd");
    char wanted[256];
    snprintf(wanted, sizeof wanted, "%s:17: [staging.a] rate: is odd", path);
    assert_string_equal(config_error(config, 0), wanted);
    config_free(config);
}

static void fallbacks_stand_in(void **state)
{
    struct config *config = expect_good("[http]\nlisten = x\n", NULL);
    long long delays[4];
    (void)state;

    assert_int_equal(config_integer(config, "http", "threads"), 4);
    assert_int_equal(config_integer(config, "http", "timeout"), 15000);
    assert_int_equal(config_durations(config, "http", "retries", delays, COUNT(delays)), 2);
    assert_false(config_boolean(config, "http", "proxy"));
    assert_int_equal(config_family_count(config, "staging"), 0);
    config_free(config);
}

static void the_environment_wins(void **state)
{
    static char *const environment[] = {"HOME=/",
                                        "PORTALX_HTTP_LISTEN=no",
                                        "PORTAL_HTTP_LISTEN= y ",
                                        "PORTAL_HTTP_PASSWORD= y ;z ",
                                        "PORTAL_HTTP_PAGE=/",
                                        "PORTAL_STAGING_A_B_RATE=7",
                                        "PORTAL_STAGING_NEW_ONE_ADDRESS=n",
                                        "PORTAL_STAGING_NEW_ONE_CA_FILE=c",
                                        "PORTAL_SERVICE_HOST=10.0.0.1",
                                        "PORTAL_SERVICE_PORT_HTTP=80",
                                        "PORTAL_PORT=tcp://10.0.0.1:80",
                                        "PORTAL_PORT_80_TCP_PROTO=tcp",
                                        NULL};
    struct config *config =
        expect_good("[http]\nlisten = x\npage = /nowhere\n[staging.A-b]\naddress = a\n", environment);
    (void)state;

    assert_string_equal(config_text(config, "http", "listen"), "y");
    assert_string_equal(config_text(config, "http", "password"), " y ;z ");
    assert_int_equal(config_integer(config, "staging.A-b", "rate"), 7);
    assert_int_equal(config_family_count(config, "staging"), 2);
    assert_string_equal(config_family_name(config, "staging", 1), "new_one");
    assert_string_equal(config_text(config, "staging.new_one", "address"), "n");
    assert_string_equal(config_text(config, "staging.new_one", "ca_file"), "c");
    assert_string_equal(config_text(config, "staging.new_one", "file"), "");
    config_free(config);
}

static void refuses_bad_nested_sections(void **state)
{
    static const char *const unknown[] = {"staging.a.0", "staging.a.01",  "staging.a.x",
                                          "staging.a.",  "staging.a.-1",  "staging.a.10000",
                                          "staging..2",  "staging.a.2.3", "http.2"};
    (void)state;

    for (size_t i = 0; i < COUNT(unknown); i++) {
        char text[128], error[64];
        snprintf(text, sizeof text, "[http]\nlisten = x\n[staging.a]\naddress = a\n[%s]\n", unknown[i]);
        snprintf(error, sizeof error, "unknown section [%s]", unknown[i]);
        expect_error(text, 5, error);
    }
    expect_error("[http]\nlisten = x\n[staging.a.2]\nca_file = c\n[staging.b]\naddress = b\n", 3,
                 "[staging.a.2]: there is no [staging.a]");
    expect_error("[http]\nlisten = x\n[staging.a]\naddress = a\n[staging.a.2]\n", 5,
                 "[staging.a.2] ca_file: must be given (here or as PORTAL_STAGING_A_2_CA_FILE)");
    expect_error("[http]\nlisten = x\n[staging.a]\naddress = a\n[staging.a.2]\nca_file = c\nrate = 7\n", 7,
                 "[staging.a.2] rate: unknown key");
    expect_error("[http]\nlisten = x\n[staging.a]\naddress = a\n[staging.a.2]\nca_file = c\n"
                 "[staging.a_2]\naddress = b\n",
                 7, "[staging.a_2]: is too like [staging.a.2]: their variables would have one name");
}

static void reads_nested_sections(void **state)
{
    struct config *config = expect_good("[http]\nlisten = x\n[staging.a.16]\nca_file = c16\n"
                                        "[staging.a]\naddress = a\n[staging.b]\naddress = b\n"
                                        "[staging.a.2]\nca_file = c2\nnote = f2\n",
                                        NULL);
    (void)state;

    assert_int_equal(config_family_count(config, "staging"), 2);
    assert_string_equal(config_family_name(config, "staging", 0), "a");
    assert_string_equal(config_family_name(config, "staging", 1), "b");
    assert_int_equal(config_family_count(config, "staging.a"), 2);
    assert_string_equal(config_family_name(config, "staging.a", 0), "16");
    assert_string_equal(config_family_name(config, "staging.a", 1), "2");
    assert_int_equal(config_family_count(config, "staging.b"), 0);
    assert_string_equal(config_text(config, "staging.a.16", "note"), "f");
    assert_string_equal(config_text(config, "staging.a.2", "ca_file"), "c2");
    assert_string_equal(config_text(config, "staging.a.2", "note"), "f2");
    config_free(config);
}

/* Only those that the file has: without it, A_2 is the name of an account. */
static void variables_set_nested_sections(void **state)
{
    char *const environment[] = {"PORTAL_STAGING_A_B_2_CA_FILE=c2", "PORTAL_STAGING_A_B_2_NOTE=f2",
                                 "PORTAL_STAGING_A_B_3_ADDRESS=three", "PORTAL_STAGING_A_B_CA_FILE=c", NULL};
    struct config *config =
        expect_good("[http]\nlisten = x\n[staging.a-B]\naddress = a\n[staging.a-B.2]\n", environment);
    (void)state;

    assert_string_equal(config_text(config, "staging.a-B", "ca_file"), "c");
    assert_string_equal(config_text(config, "staging.a-B.2", "ca_file"), "c2");
    assert_string_equal(config_text(config, "staging.a-B.2", "note"), "f2");
    assert_int_equal(config_family_count(config, "staging.a-B"), 1);
    assert_int_equal(config_family_count(config, "staging"), 2);
    assert_string_equal(config_text(config, "staging.a_b_3", "address"), "three");
    config_free(config);
}

static void a_variable_for_another_key_of_a_nested_section(void **state)
{
    static const char text[] = "[http]\nlisten = x\n[staging.a]\naddress = a\n[staging.a.2]\nca_file = c\n";
    char *const environment[] = {"PORTAL_STAGING_A_2_RATE=1", NULL};
    (void)state;

    expect_error_bytes(text, strlen(text), environment, 0,
                       "PORTAL_STAGING_A_2_RATE: [staging.a.2] rate: unknown key");
}

static void takes_values_from_files(void **state)
{
    static char secret_path[] = "/tmp/test_config_secret.XXXXXX";
    char variable[128];
    char *environment[] = {variable, "PORTAL_HTTP_LISTEN=x", NULL};
    (void)state;

    int fd = mkstemp(secret_path);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(file_replace(secret_path, " s3cret \n", 9, 0600), 0);
    snprintf(variable, sizeof variable, "PORTAL_HTTP_PASSWORD_FILE=%s", secret_path);
    struct config *config = config_new(tables, COUNT(tables), "PORTAL", true);
    assert_true(config_load(config, NULL, environment));
    assert_string_equal(config_text(config, "http", "password"), " s3cret ");
    config_free(config);
    unlink(secret_path);
}

static void shares_a_file_with_others(void **state)
{
    static char *const environment[] = {"PORTAL_STORE_URL=x", "PORTAL_HTTP_LISTEN=x", NULL};
    static char *const wrong[] = {"PORTAL_HTTP_NONE=x", "PORTAL_HTTP_LISTEN=x", NULL};
    static const char text[] = "[store]\nurl = x\nurl = x\n[http]\nthreads = 2\n";
    struct config *config = load_bytes(text, strlen(text), environment, false);
    (void)state;

    assert_int_equal(config_error_count(config), 0);
    assert_int_equal(config_integer(config, "http", "threads"), 2);
    config_free(config);
    config = load_bytes(text, strlen(text), wrong, false);
    assert_int_equal(config_error_count(config), 1);
    config_free(config);
}

static char *printed(const struct config *config)
{
    char *bytes = NULL;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);

    assert_non_null(out);
    config_print(config, out);
    fclose(out);
    return bytes;
}

static void a_part_of_a_table_ignores_the_rest(void **state)
{
    static const struct config_key key = {"staging.*", "rate", CONFIG_INTEGER, "100", 0,
                                          1000,        NULL,   false,          ""};
    static const struct config_table part = {&key, 1};
    static const char text[] = "[http]\nlisten = x\n[staging.a]\naddress = y\nrate = 7\n";
    char *const environment[] = {"PORTAL_STAGING_B_ADDRESS=z", "PORTAL_STAGING_C_RATE=8", NULL};
    (void)state;

    assert_int_equal(file_replace(path, text, strlen(text), 0600), 0);
    struct config *config = config_new(&part, 1, "PORTAL", false);
    config_ignore_unknown_keys(config);
    assert_true(config_load(config, path, environment));
    assert_int_equal(config_integer(config, "staging.a", "rate"), 7);
    assert_int_equal(config_integer(config, "staging.c", "rate"), 8);
    assert_int_equal(config_family_count(config, "staging"), 2);
    config_free(config);
}

static void prints_what_reads_back(void **state)
{
    struct config *config =
        expect_good("[http]\nlisten = [x];=#\npassword = s3cret\nproxy=1\nretries = 1s,2s\n"
                    "[staging.a]\naddress = y\n[staging.b]\naddress = \xC3\xA4 \"q\"\nrate = 3\n"
                    "[staging.b.2]\nca_file = c\n",
                    NULL);
    (void)state;

    char *first = printed(config);
    config_free(config);
    assert_null(strstr(first, "s3cret"));
    assert_non_null(strstr(first, "[http]\nlisten = [x];=#\nthreads = 4\n"));
    assert_non_null(strstr(first, "password = (hidden)\n"));
    assert_non_null(strstr(first, "[staging.b.2]\nca_file = c\nnote = f\n"));
    config = expect_good(first, NULL);
    char *second = printed(config);
    config_free(config);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

static void documents_the_keys(void **state)
{
    char *bytes = NULL;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    (void)state;

    config_document(tables, COUNT(tables), "PORTAL", out);
    fclose(out);
    assert_non_null(
        strstr(bytes, "| `[http]` `listen` | required | Where to listen. | `PORTAL_HTTP_LISTEN` |\n"));
    assert_non_null(strstr(
        bytes, "| `[http]` `mode` | `json` | Log \\| format. (`json\\|plain`) | `PORTAL_HTTP_MODE` |"));
    assert_non_null(strstr(bytes, "`PORTAL_HTTP_PASSWORD_FILE`"));
    assert_non_null(
        strstr(bytes, "| `[staging.<NAME>]` `rate` | `100` | Rate. | `PORTAL_STAGING_<NAME>_RATE` |"));
    assert_non_null(strstr(bytes, "| `[staging.<NAME>.<NUMBER>]` `note` | `f` | One more. | "
                                  "`PORTAL_STAGING_<NAME>_<NUMBER>_NOTE` |"));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_bad_syntax),
        cmocka_unit_test(refuses_nul_and_long_lines),
        cmocka_unit_test(refuses_unknown_and_missing),
        cmocka_unit_test(refuses_twice),
        cmocka_unit_test(refuses_bad_values),
        cmocka_unit_test(what_may_be_a_key_is_never_repeated),
        cmocka_unit_test(what_cannot_be_seen_is_named),
        cmocka_unit_test(a_file_in_utf16_is_told_once),
        cmocka_unit_test(reads_a_variables_file_from_an_editor),
        cmocka_unit_test(refuses_bad_variables),
        cmocka_unit_test(refuses_a_variable_beside_its_file),
        cmocka_unit_test(collects_all_errors),
        cmocka_unit_test(reads_a_file),
        cmocka_unit_test(fallbacks_stand_in),
        cmocka_unit_test(the_environment_wins),
        cmocka_unit_test(refuses_bad_nested_sections),
        cmocka_unit_test(reads_nested_sections),
        cmocka_unit_test(variables_set_nested_sections),
        cmocka_unit_test(a_variable_for_another_key_of_a_nested_section),
        cmocka_unit_test(takes_values_from_files),
        cmocka_unit_test(shares_a_file_with_others),
        cmocka_unit_test(a_part_of_a_table_ignores_the_rest),
        cmocka_unit_test(prints_what_reads_back),
        cmocka_unit_test(documents_the_keys),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
