/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/smsn.h"

#include <string.h>

#include "sidewalk/device_table.h"
#include "tests/unit/test.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define BASE64 "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="

static void what_is_no_serial_number_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "0011",
        HEX "0",
        "g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "@0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "/0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        ":0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        " 0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "\xC1"
        "0112233445566778899aabbccddeeff00112233445566778899aabbccddeef",
        "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8",  /* not padded */
        "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v9=", /* bits that say nothing */
        "ABEiM0RVZneImaq7zN3u_wARIjNEVWZ3iJmqu8zd7v8=",
        "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8A", /* 33 bytes */
    };
    struct smsn smsn;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(smsn_parse(bad[i], strlen(bad[i]), &smsn), SMSN_NEITHER);
}

static void hex_in_any_case_and_base64_are_the_same(void **state)
{
    struct smsn one, other;
    char hex[SMSN_HEX_SIZE];
    (void)state;

    assert_int_equal(smsn_parse(HEX, strlen(HEX), &one), SMSN_HEX);
    assert_int_equal(smsn_parse(BASE64, strlen(BASE64), &other), SMSN_BASE64);
    assert_memory_equal(&one, &other, sizeof one);
    smsn_hex(&one, hex);
    assert_string_equal(hex, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
}

static void a_table_finds_each_device_again(void **state)
{
    enum { COUNT_MADE = 20000 };
    struct device_table table;
    struct smsn smsn = {{0}};
    (void)state;

    device_table_init(&table);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < COUNT_MADE; i++) {
            memcpy(smsn.bytes + 20, &i, sizeof i);
            struct device *device = device_table_get(&table, &smsn);
            assert_int_equal(device->line, round == 0 ? 0 : i);
            device->line = i;
        }
    assert_int_equal(table.count, COUNT_MADE);
    device_table_fini(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_serial_number_is_refused),
        cmocka_unit_test(hex_in_any_case_and_base64_are_the_same),
        cmocka_unit_test(a_table_finds_each_device_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
