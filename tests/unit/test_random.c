/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include <string.h>

#include "tests/unit/test.h"

static void fills_what_it_was_given_and_no_more(void **state)
{
    unsigned char bytes[64] = {0};
    size_t zeros = 0;
    (void)state;

    random_bytes(bytes, 0);
    random_bytes(bytes, sizeof bytes - 8);
    for (size_t i = 0; i < sizeof bytes; i++)
        zeros += bytes[i] == 0;
    assert_in_range(zeros, 8, 8 + 8);
    for (size_t i = sizeof bytes - 8; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
}

static void hex_has_its_length(void **state)
{
    static const size_t lengths[] = {0, 2, 32, 128, 130, 254};
    (void)state;

    for (size_t i = 0; i < COUNT(lengths); i++) {
        char out[260];
        memset(out, '!', sizeof out);
        random_hex(out, lengths[i]);
        assert_int_equal(strlen(out), lengths[i]);
        assert_int_equal(strspn(out, "0123456789abcdef"), lengths[i]);
        assert_int_equal(out[lengths[i] + 1], '!');
    }
}

static void does_not_repeat_itself(void **state)
{
    char one[33], other[33];
    (void)state;

    random_hex(one, 32);
    random_hex(other, 32);
    assert_string_not_equal(one, other);
    assert_true(random_u32() != random_u32() || random_u32() != random_u32());
}

static void stays_between_and_reaches_the_ends(void **state)
{
    int seen[5] = {0};
    (void)state;

    for (int i = 0; i < 10000; i++) {
        long long number = random_between(-2, 2);
        assert_true(number >= -2 && number <= 2);
        seen[number + 2]++;
    }
    for (size_t i = 0; i < COUNT(seen); i++)
        assert_in_range(seen[i], 1500, 2500); /* 2000, and twelve sigmas */
    assert_int_equal(random_between(7, 7), 7);
    assert_int_equal(random_between(7, 3), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_what_it_was_given_and_no_more),
        cmocka_unit_test(hex_has_its_length),
        cmocka_unit_test(does_not_repeat_itself),
        cmocka_unit_test(stays_between_and_reaches_the_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
