/* SPDX-License-Identifier: Apache-2.0 */
#include "base/excerpt.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/test.h"

#define HEX "ed3321544a184d2e797c1c4b8ec10a8ba9a4b7be5a842d4c6c2711c5bf9cf74a" /* made up */
#define NOT_SHOWN " (not shown, they may be a key)"

static void expect(const char *bytes, size_t length, const char *wanted)
{
    TEXT struct text out = TEXT_EMPTY;

    excerpt_add(bytes, length, &out);
    assert_string_equal(text_get(&out), wanted);
}

static void what_may_be_a_key_is_described(void **state)
{
    static const struct {
        const char *text, *wanted;
    } examples[] = {
        {HEX, "64 hex digits" NOT_SHOWN},
        {"  \"devicePrivKeyP256R1\": \"" HEX "\"", "91 characters" NOT_SHOWN},
        {"ed3321544a184d2e797c1", "21 hex digits" NOT_SHOWN},
        {"ed:33:21:54:4a:18:4d:2e:79:7c:1c:4b:8e:c1:0a:8b", "47 characters" NOT_SHOWN},
        {"ed33 2154 4a18 4d2e 797c 1c4b 8ec1 0a8b", "39 characters" NOT_SHOWN},
        {"ed332154-4a18-4d2e-797c-1c4b8ec10a8b", "36 characters" NOT_SHOWN},
        {"7TMhVEoYTS55fBxLjsEKi6mkt75ahC1MbCcRxb+c90o=", "44 characters" NOT_SHOWN},
        {"/7TMhVEoYTS5/fBxLjsEKi6/kt75ahC1MbCcRxb/c90o", "44 characters" NOT_SHOWN},
        {"123456789012345678901", "21 hex digits" NOT_SHOWN},
        {"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "40 characters" NOT_SHOWN},
        {"MC4CAQAwBQYDK2VwBCIEIO0zIVRKGE0ueXwcS47BCoup", "44 characters" NOT_SHOWN},
        {"-----BEGIN PRIVATE KEY-----", "27 characters" NOT_SHOWN},
        {"\xC3\xA4" HEX, "65 characters" NOT_SHOWN},
        {"\xFF" HEX, "65 bytes that are not UTF-8" NOT_SHOWN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++)
        expect(examples[i].text, strlen(examples[i].text), examples[i].wanted);
}

static void what_cannot_be_one_is_quoted(void **state)
{
    static const struct {
        const char *text, *wanted;
    } examples[] = {
        {"", "\"\""},
        {"hello", "\"hello\""},
        {"0123456789abcdef0123", "\"0123456789abcdef0123\""},
        {"/etc/expresslink-portal/AmazonRootCA1.pem", "\"/etc/expresslink-portal/AmazonRootCA1.pem\""},
        {"1 1 1 1 1 1 1 1 1 1 1 1", "\"1 1 1 1 1 1 1 1 1 1 1 1\""},
        {"a sentence that somebody wrote here, not a key",
         "\"a sentence that somebody wrote here, not a key\""},
        {"one sentence that is much longer than what is shown of a text, though it is no key",
         "\"one sentence that is much longer than what is shown of a tex...\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++)
        expect(examples[i].text, strlen(examples[i].text), examples[i].wanted);
}

static void a_name_needs_no_quotes(void **state)
{
    TEXT struct text out = TEXT_EMPTY;

    (void)state;
    excerpt_add_bare("htpt\033", 5, &out);
    text_puts(&out, " ");
    excerpt_add_bare(HEX, strlen(HEX), &out);
    assert_string_equal(text_get(&out), "htpt\\u001b 64 hex digits" NOT_SHOWN);
}

static void a_path_that_names_nothing_may_be_a_key(void **state)
{
    static const struct {
        const char *path, *wanted;
        int error;
    } rows[] = {
        {"/etc/expresslink-portal/claim-thing.key", "/etc/expresslink-portal/claim-thing.key", ENOENT},
        {HEX, "64 hex digits" NOT_SHOWN, ENOENT},
        {"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIFVqMVJ2Y0kxQ0pXbUo0bGZ5c3\n", "66 characters" NOT_SHOWN,
         ENAMETOOLONG},
        {"/nix/store/" HEX, "/nix/store/" HEX, EACCES},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        TEXT struct text out = TEXT_EMPTY;
        excerpt_add_path(rows[i].path, rows[i].error, &out);
        assert_string_equal(text_get(&out), rows[i].wanted);
    }
}

static void what_cannot_be_seen_is_escaped(void **state)
{
    (void)state;
    expect("a\033[2Jb", 6, "\"a\\u001b[2Jb\"");
    expect("a\0b", 3, "\"a\\u0000b\"");
    expect("\xE2\x80\xAE"
           "a\xE2\x80\x8B\xC2\xA0 \xEF\xBB\xBF",
           13, "\"\\u202Ea\\u200B\\u00A0 \\uFEFF\"");
    expect("\xF3\xA0\x80\x81", 4, "\"\\U000E0001\"");
    expect("x\xFF\"\\", 4, "\"x\\xFF\"\\\\\"");
    expect("\xC3\xA4", 2, "\"\xC3\xA4\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_be_a_key_is_described),
        cmocka_unit_test(what_cannot_be_one_is_quoted),
        cmocka_unit_test(a_name_needs_no_quotes),
        cmocka_unit_test(a_path_that_names_nothing_may_be_a_key),
        cmocka_unit_test(what_cannot_be_seen_is_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
