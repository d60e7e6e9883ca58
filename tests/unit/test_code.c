/* SPDX-License-Identifier: Apache-2.0 */
/* The code in the box: its one form, its bits, its hash, and codes that we make. */
#include "ownership/code.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

#define THING "0123456789abcdef0123456789abcdef"

static void refuses_what_is_no_code(void **state)
{
    static const struct {
        const char *typed;
        enum code_error error;
    } cases[] = {
        {"", CODE_EMPTY},
        {" - . ", CODE_EMPTY},
        {"7K3M9QX", CODE_TOO_SHORT},
        {"123456789012", CODE_TOO_SHORT},   /* 39.9 bits */
        {"OOOO-llll-IIII", CODE_TOO_SHORT}, /* all are digits */
        {"7K3M-9QXT/2A4D", CODE_BAD_CHARACTER},
        {"7K3M-9QXT-2A4\xc3\x84", CODE_BAD_CHARACTER},
        {"7K3M-9QXT-2A4\xff", CODE_BAD_CHARACTER},
        {"0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0", CODE_TOO_LONG},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[CODE_SIZE] = "untouched";
        if (code_normalise(cases[i].typed, strlen(cases[i].typed), out) != cases[i].error)
            fail_msg("\"%s\" is not refused as wanted", cases[i].typed);
        assert_string_equal(out, "untouched");
        assert_non_null(strstr(code_error_sentence(cases[i].error), "code"));
    }
    char out[CODE_SIZE];
    assert_int_equal(code_normalise("7K3M9QXT\0", 9, out), CODE_BAD_CHARACTER);
}

static void one_code_has_one_form(void **state)
{
    static const char *const typed[] = {"70L3-9QXT-1A4D",
                                        "7O13 9qxt ia4d",
                                        "\xe2\x80\x8b"
                                        "7oi3_9Qxt:LA4D\r\n",
                                        "7.0.1.3.9.Q.X.T.1.A.4.D",
                                        "7013\xe2\x80\x93"
                                        "9QXT\xe2\x80\x93"
                                        "1A4D",
                                        "7013\xc2\xa0"
                                        "9QXT1A4D"};
    (void)state;

    for (size_t i = 0; i < COUNT(typed); i++) {
        char out[CODE_SIZE] = "";
        assert_int_equal(code_normalise(typed[i], strlen(typed[i]), out), CODE_OK);
        assert_string_equal(out, "70139QXT1A4D");
    }
}

static void digits_alone_have_fewer_bits(void **state)
{
    (void)state;

    assert_int_equal(code_bits("1234567890123"), 43);
    assert_int_equal(code_bits("7K3M9QXT"), 40);
}

static void a_key_is_long_and_no_filler(void **state)
{
    char bytes[300];
    struct code_key key = {.length = 7};
    (void)state;

    memset(bytes, 'x', sizeof bytes);
    assert_false(code_key_read(bytes, 64, &key));
    bytes[0] = 'y';
    assert_false(code_key_read(bytes, 31, &key));
    assert_false(code_key_read(bytes, 257, &key));
    bytes[31] = '\r';
    bytes[32] = '\n';
    assert_false(code_key_read(bytes, 33, &key));
    assert_int_equal(key.length, 7);
    bytes[31] = 'x';
    bytes[32] = '\r';
    bytes[33] = '\n';
    assert_true(code_key_read(bytes, 34, &key));
    assert_int_equal(key.length, 32);
}

/* Computed with Python's hmac. */
static void the_hash_depends_on_key_thing_and_code(void **state)
{
    struct code_key key, other;
    char hash[DIGEST_SIZE], again[DIGEST_SIZE];
    (void)state;

    assert_true(code_key_read("0123456789abcdef0123456789abcdef", 32, &key));
    assert_true(code_key_read("0123456789abcdef0123456789abcdeF", 32, &other));
    code_hash(&key, THING, "7K3M9QXT", hash);
    assert_string_equal(hash, "bcc9d39bcc1c1eb40dc09e82487308d19a04a862b4ede9add87fcbd01259cd3e");
    code_hash(&other, THING, "7K3M9QXT", again);
    assert_false(digest_is_equal(hash, again));
    code_hash(&key, THING, "7K3M9QXV", again);
    assert_false(digest_is_equal(hash, again));
    code_hash(&key, "0123456789abcdef0123456789abcde", "f7K3M9QXT", again); /* moved from one to the other */
    assert_false(digest_is_equal(hash, again));
    code_hash(&key, THING, "7K3M9QXT", again);
    assert_true(digest_is_equal(hash, again));
}

static void fill(unsigned char *bytes, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1103515245U + 12345U;
        bytes[i] = (unsigned char)(seed >> 16);
    }
}

static void a_made_code_is_read_and_checks_itself(void **state)
{
    unsigned made = 0;
    (void)state;

    for (unsigned seed = 0; seed < 2000; seed++) {
        unsigned char bytes[11];
        char code[CODE_MADE_SIZE], plain[CODE_SIZE];
        fill(bytes, sizeof bytes, seed);
        if (!code_make(bytes, code))
            continue;
        made++;
        assert_int_equal(code_normalise(code, strlen(code), plain), CODE_OK);
        assert_int_equal(strlen(code), 14);
        assert_int_equal(strlen(plain), 12);
        assert_int_equal(code_bits(plain), 60);
        assert_true(code_check_fits(plain));
    }
    assert_in_range(made, 1990, 2000);
    assert_false(code_make((const unsigned char *)"\0\0\0\0\0\0\0\0\0\0\0", (char[CODE_MADE_SIZE]){""}));
}

static void every_typing_mistake_is_detected(void **state)
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZU";
    const unsigned char bytes[11] = {7, 19, 3, 20, 9, 23, 29, 26, 2, 10, 4};
    char code[CODE_MADE_SIZE], plain[CODE_SIZE], wrong[CODE_SIZE];
    (void)state;

    assert_true(code_make(bytes, code));
    assert_int_equal(code_normalise(code, strlen(code), plain), CODE_OK);
    for (size_t i = 0; plain[i]; i++) {
        for (size_t j = 0; letters[j]; j++) {
            memcpy(wrong, plain, sizeof wrong);
            wrong[i] = letters[j];
            assert_int_equal(code_check_fits(wrong), wrong[i] == plain[i]);
        }
        for (size_t j = 0; j < i; j++) {
            memcpy(wrong, plain, sizeof wrong);
            wrong[i] = plain[j];
            wrong[j] = plain[i];
            assert_int_equal(code_check_fits(wrong), plain[i] == plain[j]);
        }
    }
    assert_false(code_check_fits(""));
    assert_false(code_check_fits("0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_code),
        cmocka_unit_test(one_code_has_one_form),
        cmocka_unit_test(digits_alone_have_fewer_bits),
        cmocka_unit_test(a_key_is_long_and_no_filler),
        cmocka_unit_test(the_hash_depends_on_key_thing_and_code),
        cmocka_unit_test(a_made_code_is_read_and_checks_itself),
        cmocka_unit_test(every_typing_mistake_is_detected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
