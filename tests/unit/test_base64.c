/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <string.h>

#include "tests/unit/test.h"

static void what_is_not_strict_is_refused(void **state)
{
    static const char *const bad[] = {
        "Zg",    "Zg=",     "Zg===", "Z===",   "=Zg=",    "====",        "Zg=A",
        "Zh==",  "Zm8",     "Zm9=",  "Zm9v\n", "Zm9 ",    "Zm-_",        "Zg==Zm9v",
        "Zm9v=", "Zm9vYg=", "Zm9v ", "\nZm9v", "Zm\x80v", "Zm9vZg==Zg=="};
    unsigned char out[32];
    (void)state;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t size = 77;
        if (base64_decode(bad[i], strlen(bad[i]), out, &size))
            fail_msg("\"%s\" was decoded", bad[i]);
        assert_int_equal(size, 77);
    }
    assert_false(base64_decode("Zm9\0", 4, out, &(size_t){0}));
    assert_false(base64_decode_groups("Zm9vZg==", 8, out));
}

/* RFC 4648, section 10 */
static void the_examples_of_the_rfc(void **state)
{
    static const struct {
        const char *bytes, *text;
    } examples[] = {{"", ""},
                    {"f", "Zg=="},
                    {"fo", "Zm8="},
                    {"foo", "Zm9v"},
                    {"foob", "Zm9vYg=="},
                    {"fooba", "Zm9vYmE="},
                    {"foobar", "Zm9vYmFy"}};
    (void)state;

    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        char text[BASE64_SIZE(6)];
        unsigned char bytes[BASE64_ROOM(8)];
        size_t size = 77;
        base64_encode((const unsigned char *)examples[i].bytes, strlen(examples[i].bytes), text);
        assert_string_equal(text, examples[i].text);
        assert_true(base64_decode(text, strlen(text), bytes, &size));
        assert_int_equal(size, strlen(examples[i].bytes));
        assert_memory_equal(bytes, examples[i].bytes, size);
    }
}

static void every_byte_comes_back(void **state)
{
    unsigned char bytes[256], again[BASE64_ROOM(BASE64_SIZE(256))];
    char text[BASE64_SIZE(256)];
    (void)state;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(255 - i);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        size_t size = 0;
        memset(text, 'x', sizeof text);
        base64_encode(bytes, length, text);
        assert_int_equal(strlen(text) + 1, BASE64_SIZE(length));
        assert_true(base64_decode(text, strlen(text), again, &size));
        assert_int_equal(size, length);
        assert_memory_equal(bytes, again, length);
    }
    assert_memory_equal(text, "//79/Pv6", 8);
}

/* RFC 7515, appendix C, and what only a lenient reader takes: padding, the other alphabet, bits that are not
 * used. */
static void base64url(void **state)
{
    static const char *const bad[] = {"Z",     "Zg==", "Zh",    "Zm9=",  "Zm8=", "Zm+v",  "Zm/v",
                                      "Zm9vZ", "Zm9 ", "Zm\n9", "Zm9v=", "Zm.v", "Zm9vZh"};
    static const unsigned char bytes[] = {3, 236, 255, 224, 193};
    unsigned char out[32];
    char text[BASE64_SIZE(sizeof bytes)];
    size_t size = 77;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        if (base64url_decode(bad[i], strlen(bad[i]), out, &size))
            fail_msg("\"%s\" was decoded", bad[i]);
        assert_int_equal(size, 77);
    }
    assert_false(base64url_decode("Zm9\0", 4, out, &size));
    base64url_encode(bytes, sizeof bytes, text);
    assert_string_equal(text, "A-z_4ME");
    assert_true(base64url_decode(text, strlen(text), out, &size));
    assert_int_equal(size, sizeof bytes);
    assert_memory_equal(out, bytes, size);
    assert_true(base64url_decode("", 0, out, &size));
    assert_int_equal(size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_strict_is_refused),
        cmocka_unit_test(the_examples_of_the_rfc),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(base64url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
