/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/root_keys.h"

#include <string.h>

#include "tests/unit/test.h"

#define FOUR "01 23,0x45: 67"
#define SIXTEEN FOUR " " FOUR " " FOUR " " FOUR
#define ED25519 SIXTEEN SIXTEEN
#define P256R1 ED25519 " " ED25519

static void refused(const char *text, const char *wanted)
{
    TEXT struct text why = TEXT_EMPTY;
    struct root_keys keys;

    assert_false(root_keys_parse("F", text, strlen(text), &keys, &why));
    assert_string_equal(text_get(&why), wanted);
}

static void what_is_no_key_is_told_with_its_line(void **state)
{
    static const char none[] = "F: it has no key; a line is ed25519 or p256r1, then the bytes in hex";

    (void)state;
    refused("", none);
    refused("# a comment\n\n", none);
    refused("#\nrsa 00\n", "F:2: a line begins with ed25519, p256r1 or #");
    refused("ed25519\n", "F:1: an Ed25519 key has 32 bytes, two hex digits each");
    refused("ed25519 " ED25519 " 00\n", "F:1: an Ed25519 key has 32 bytes, two hex digits each");
    refused("ed25519 " SIXTEEN SIXTEEN "0\n", "F:1: an Ed25519 key has 32 bytes, two hex digits each");
    refused("p256r1 " ED25519 "\n", "F:1: a P-256 key has 64 bytes, two hex digits each");
    refused("p256r1 " P256R1 " xx\n", "F:1: a P-256 key has 64 bytes, two hex digits each");
    refused("ed25519 " ED25519 "\ned25519 " ED25519, "F:2: this key was given before");
}

static void keys_are_read_as_they_are_printed(void **state)
{
    static const char text[] = "# of the SDK\n  ED25519 " ED25519 "\r\np256r1 " P256R1;
    TEXT struct text why = TEXT_EMPTY;
    struct root_keys keys;

    (void)state;
    assert_true(root_keys_parse("F", text, sizeof text - 1, &keys, &why));
    assert_true(keys.keys[CHAIN_ED25519].known && keys.keys[CHAIN_P256].known);
    assert_memory_equal(keys.keys[CHAIN_ED25519].bytes + 28, "\x01\x23\x45\x67", 4);
    assert_memory_equal(keys.keys[CHAIN_P256].bytes + 60, "\x01\x23\x45\x67", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_key_is_told_with_its_line),
        cmocka_unit_test(keys_are_read_as_they_are_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
