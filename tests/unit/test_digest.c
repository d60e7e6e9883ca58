/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <string.h>

#include "tests/unit/test.h"

/* FIPS 180-2, appendix B, and the empty text. */
static void gives_the_published_values(void **state)
{
    static const struct {
        const char *text, *digest;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[DIGEST_SIZE];
        digest_sha256(cases[i].text, strlen(cases[i].text), out);
        assert_string_equal(out, cases[i].digest);
        struct digest *parts = digest_begin();
        for (const char *at = cases[i].text; *at != '\0'; at++)
            digest_add(parts, at, 1);
        digest_end(parts, out);
        assert_string_equal(out, cases[i].digest);
    }
}

static void counts_bytes_behind_a_nul(void **state)
{
    char one[DIGEST_SIZE], other[DIGEST_SIZE];
    (void)state;

    digest_sha256("a\0b", 3, one);
    digest_sha256("a\0c", 3, other);
    assert_string_not_equal(one, other);
}

/* RFC 4231, test cases 2 and 6. */
static void gives_the_published_hmacs(void **state)
{
    char key[131], out[DIGEST_SIZE];
    static const char data[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    (void)state;

    digest_hmac("Jefe", 4, "what do ya want for nothing?", 28, out);
    assert_string_equal(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    digest_hmac(key, sizeof key, data, strlen(data), out);
    assert_string_equal(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_values),
        cmocka_unit_test(counts_bytes_behind_a_nul),
        cmocka_unit_test(gives_the_published_hmacs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
