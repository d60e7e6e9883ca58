/* SPDX-License-Identifier: Apache-2.0 */
#include "base/keyed_hash.h"

#include "tests/unit/test.h"

static const struct keyed_hash_key key = {{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL}};

/* Of the paper, appendix A, and of `openssl mac ... SIPHASH`. */
static void gives_the_published_values(void **state)
{
    static const struct {
        size_t length;
        uint64_t hash;
    } known[] = {
        {0, 0x726fdb47dd0e0e31ULL}, {1, 0x74f839c593dc67fdULL},  {7, 0xab0200f58b01d137ULL},
        {8, 0x93f5f5799a932462ULL}, {15, 0xa129ca6149be45e5ULL}, {16, 0x3f2acc7f57c29bdbULL},
    };
    unsigned char bytes[16];
    (void)state;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    for (size_t i = 0; i < COUNT(known); i++)
        if (keyed_hash(&key, bytes, known[i].length) != known[i].hash)
            fail_msg("of %zu bytes", known[i].length);
}

static void another_key_gives_another_hash(void **state)
{
    const struct keyed_hash_key other = {{key.words[0], key.words[1] ^ 1}};
    (void)state;

    assert_true(keyed_hash(&key, "client", 6) != keyed_hash(&other, "client", 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_values),
        cmocka_unit_test(another_key_gives_another_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
