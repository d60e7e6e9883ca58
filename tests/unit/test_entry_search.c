/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/entry_search.h"

#include <string.h>

#include "tests/unit/test.h"

#define SERIAL "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static size_t find(const char *bytes)
{
    return entry_find(bytes, strlen(bytes), 0);
}

static void an_entry_is_an_object_whose_first_key_is_known(void **state)
{
    (void)state;
    assert_int_equal(find("x\"}, {\"version\":1"), 5);
    assert_int_equal(find("x\"}, { \n\"device\" : {"), 5);
    assert_int_equal(find("{\"devices\":{\"device\":1"), 11);
}

static void what_is_no_entry_is_passed_over(void **state)
{
    static const char *const texts[] = {
        "", "{", "{\"version\"", "{\"other\":1}", "\"device\":{}", "{\"version\"1"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(find(texts[i]), strlen(texts[i]));
}

static void find_serial(const char *bytes, const char *wanted)
{
    TEXT struct text out = TEXT_EMPTY;

    entry_find_serial(bytes, strlen(bytes), &out);
    assert_string_equal(text_get(&out), wanted);
}

static void a_serial_number_is_64_hex_digits_and_no_more(void **state)
{
    (void)state;
    find_serial("", "");
    find_serial("\"serialNumber\":\"" SERIAL "0\"", "");
    find_serial("\"serialNumber\":\"0" SERIAL SERIAL "\" 0011", "");
    find_serial("\"serialNumber\":\"" SERIAL, SERIAL);
    find_serial("serialNumber\",,:]\"" SERIAL "x", SERIAL);
    find_serial("\"x\" \"serialNumber\"\n: \"" SERIAL "\",", SERIAL);
    find_serial("\"serialNumber\":\"0\",\"serialNumber\":\"" SERIAL, SERIAL);
}

static void digits_in_another_place_may_be_a_private_key(void **state)
{
    (void)state;
    find_serial(SERIAL, "");
    find_serial("0" SERIAL " " SERIAL ",", "");
    find_serial("\"devicePrivKeyP256R1\": \"" SERIAL "\"", "");
    find_serial("\"serialNumber\": \"\", \"key\": \"" SERIAL, "");
    find_serial("\"serialNumber\": \"0\", \"" SERIAL, "");
    find_serial("\"serialNumber\":", "");
    find_serial("\"serialNumber\":\"", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_an_object_whose_first_key_is_known),
        cmocka_unit_test(what_is_no_entry_is_passed_over),
        cmocka_unit_test(a_serial_number_is_64_hex_digits_and_no_more),
        cmocka_unit_test(digits_in_another_place_may_be_a_private_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
