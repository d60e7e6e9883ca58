/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <string.h>

#include "tests/unit/test.h"

/* draft-eastlake-fnv, FNV-1a with 64 bits. */
static void gives_the_published_values(void **state)
{
    (void)state;

    assert_true(hash_bytes(HASH_START, "", 0) == 0xcbf29ce484222325ull);
    assert_true(hash_bytes(HASH_START, "a", 1) == 0xaf63dc4c8601ec8cull);
    assert_true(hash_bytes(HASH_START, "foobar", 6) == 0x85944171f73967e8ull);
}

static void pieces_hash_as_their_whole(void **state)
{
    static const char whole[] = "in pieces\xff\x00 or not";
    (void)state;

    for (size_t i = 0; i <= sizeof whole; i++) {
        uint64_t head = hash_bytes(HASH_START, whole, i);
        assert_true(hash_bytes(head, whole + i, sizeof whole - i) ==
                    hash_bytes(HASH_START, whole, sizeof whole));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_values),
        cmocka_unit_test(pieces_hash_as_their_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
