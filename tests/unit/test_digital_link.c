/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/digital_link.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

static struct digital_link link_found;

static void expect_error(const char *text, enum identifier_error error)
{
    struct digital_link link = {.gtin = "untouched"};
    enum identifier_error found = digital_link_parse(text, strlen(text), &link);

    if (found != error)
        fail_msg("%s: %s, not %s", text, identifier_error_name(found), identifier_error_name(error));
    assert_string_equal(link.gtin, "untouched");
}

static void expect_link(const char *text, const char *gtin, const char *batch, const char *serial)
{
    enum identifier_error found = digital_link_parse(text, strlen(text), &link_found);

    if (found != IDENTIFIER_OK)
        fail_msg("%s: %s", text, identifier_error_name(found));
    assert_string_equal(link_found.gtin, gtin);
    assert_string_equal(link_found.batch, batch);
    assert_string_equal(link_found.serial, serial);
}

static void other_addresses_are_no_digital_links(void **state)
{
    static const char *const list[] = {
        "",
        "/",
        "https://",
        "https://example.com",
        "https://example.com/",
        "https://example.com/r/0123456789abcdef0123456789abcdef",
        "https://example.com/r/0123456789abcdef0123456789abcdef/01",
        "https://example.com/2026/01/23",
        "https://example.com/01/hello",
        "https://01/09520123456788",
        "https://example.com/?01=09520123456788",
        "https://example.com/#/01/09520123456788",
        "https://example.com/help?back=/01/09520123456788/21/12345",
        /* Other keys of the standard's examples. */
        "https://id.gs1.org/00/952012345678912345",
        "https://id.gs1.org/00/952012345678912345?02=09520123456788&37=25&10=ABC123",
        "https://id.gs1.org/414/9520123456788",
        "https://id.gs1.org/414/9520123456788/254/32a%2Fb",
        "https://example.com/8004/9520614141234567?01=9520123456788",
        /* Names are withdrawn, and compressed links are not read. */
        "https://example.com/gtin/09520123456788/ser/12345",
        "https://example.com/ARFKk4XB0CDKWcnpq",
        "4006381333931",
        "0123456789abcdef0123456789abcdef",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(list); i++)
        expect_error(list[i], IDENTIFIER_NO_MATCH);
}

static void a_wrong_part_is_named(void **state)
{
    (void)state;
    expect_error("https://id.gs1.org/01/09520123456789/21/12345", IDENTIFIER_WRONG_GTIN);
    expect_error("https://id.gs1.org/01/9520123456787", IDENTIFIER_WRONG_GTIN);
    expect_error("https://id.gs1.org/01/952012345678/21/12345", IDENTIFIER_WRONG_GTIN);
    expect_error("https://id.gs1.org/01/952012345/21/12345", IDENTIFIER_BAD_GTIN);
    expect_error("https://id.gs1.org/01/009520123456788/21/12345", IDENTIFIER_BAD_GTIN);
    expect_error("/01/09520123456788/21/123456789012345678901", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/21/12%2", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/21/12%", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/21/12%G1", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/21/12%00", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/21/a%20b", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/21/a b", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/21/a%23b", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/21/a@b", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/21/\xC3\xA4", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788/10/123456789012345678901/21/1", IDENTIFIER_BAD_LINK);
    expect_error("/01/09520123456788/21/12345/10/ABC1", IDENTIFIER_BAD_LINK);
    expect_error("/01/09520123456788/10/ABC1/22/2A", IDENTIFIER_BAD_LINK);
    expect_error("/01/09520123456788/21/1/21/2", IDENTIFIER_BAD_LINK);
    expect_error("/01/09520123456788/21", IDENTIFIER_BAD_LINK);
    expect_error("/01/09520123456788/21/", IDENTIFIER_BAD_LINK);
    expect_error("/01/09520123456788/21//10/A", IDENTIFIER_BAD_SERIAL);
    expect_error("/01/09520123456788//", IDENTIFIER_BAD_LINK);
    expect_error("/01/12312312312333/9/abc", IDENTIFIER_BAD_LINK);
    expect_error("/01/12312312312333/99999/abc", IDENTIFIER_BAD_LINK);
    expect_error("/01/12312312312333/21/1/edit", IDENTIFIER_BAD_LINK);
}

/* GS1 Digital Link Standard: URI Syntax, its examples with a GTIN. */
static void the_examples_of_the_standard_are_read(void **state)
{
    (void)state;
    expect_link("https://id.gs1.org/01/09520123456788", "09520123456788", "", "");
    expect_link("https://brand.example.com/01/9520123456788", "09520123456788", "", "");
    expect_link("https://brand.example.com/some-extra/pathinfo/01/9520123456788", "09520123456788", "", "");
    expect_link("https://id.gs1.org/01/09520123456788/22/2A", "09520123456788", "", "");
    expect_link("https://id.gs1.org/01/09520123456788/10/ABC123", "09520123456788", "ABC123", "");
    expect_link("https://id.gs1.org/01/09520123456788/21/12345", "09520123456788", "", "12345");
    expect_link("https://id.gs1.org/01/09520123456788/10/ABC1/21/12345?17=180426", "09520123456788", "ABC1",
                "12345");
    expect_link("https://id.gs1.org/01/09520123456788?3103=000195", "09520123456788", "", "");
    expect_link("https://example.com/01/9520123456788?3103=000195&3922=0299&17=201225", "09520123456788", "",
                "");
    expect_link("https://id.gs1.org/01/9520123456788?17=201225&3103=000195&3922=0299", "09520123456788", "",
                "");
    expect_link("https://example.com/01/9520123456788/89/ABC123?99=XYZ", "09520123456788", "", "");
    expect_link("https://example.com/01/9520123456788?99=XYZ&89=ABC123", "09520123456788", "", "");
    expect_link("https://id.gs1.org/01/9506000134352", "09506000134352", "", "");
    expect_link("https://id.gs1.org/01/09506000134352?linkType=all", "09506000134352", "", "");
}

static void what_is_around_the_pairs_does_not_count(void **state)
{
    (void)state;
    expect_link("HTTPS://ID.GS1.ORG/01/09520123456788/21/12345", "09520123456788", "", "12345");
    expect_link("http://a/01/12312312312333/22/TEST/10/ABC/21/XYZ#fragment", "12312312312333", "ABC", "XYZ");
    expect_link("https://a:8443/01/02345673/21/1/", "00000002345673", "", "1");
    expect_link("a/01/416000336108/21/1", "00416000336108", "", "1");
    expect_link("01/2112345678900/21/1?&&&99=ABC&singleton&unknown=/01/x", "02112345678900", "", "1");
    expect_link("https://a/01/faux/01/12312312312333/21/1", "12312312312333", "", "1");
    expect_link("https://a/01/96385074/01/12312312312333/21/1", "12312312312333", "", "1");
    expect_link("https://a/r/01/12312312312333/21/01", "12312312312333", "", "01");
    expect_link("https://a/01/12312312312333/235/TPX/21/1/8020/XY", "12312312312333", "", "1");
    expect_link("/01/12312312312333/21/ABC%2d123%2f4%25?21=other", "12312312312333", "", "ABC-123/4%");
    expect_link("/01/12312312312333/21/!%22%25&'()*+,-.:;%3C=%3E%3F_", "12312312312333", "",
                "!\"%&'()*+,-.:;<=>?_");
}

/* Each character that may be in a serial number, made and read again. */
static void a_link_that_was_made_is_read_again(void **state)
{
    static const char set[] =
        "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

    (void)state;
    assert_int_equal(sizeof set - 1, 82);
    for (size_t from = 0; from < sizeof set - 1; from++) {
        TEXT struct text made = TEXT_EMPTY;
        char serial[DIGITAL_LINK_VALUE_SIZE] = "";
        snprintf(serial, sizeof serial, "%.*s", DIGITAL_LINK_VALUE_MAX, set + from);
        assert_int_equal(digital_link_check_serial(serial), IDENTIFIER_OK);
        text_puts(&made, "https://example.com");
        digital_link_add_path("09520123456788", serial, &made);
        text_puts(&made, ".");
        assert_int_equal(digital_link_search(text_get(&made), made.length, &link_found, NULL), IDENTIFIER_OK);
        assert_string_equal(link_found.serial, serial);
        assert_null(strpbrk(strstr(text_get(&made), "/21/") + 4, "/?#\"<> "));
    }
}

static void a_serial_number_that_no_link_can_have_is_rejected(void **state)
{
    static const char *const list[] = {"", "123456789012345678901", "a b", "#1", "a\xC3\xA4", "a@b", "[1]",
                                       "$"};

    (void)state;
    for (size_t i = 0; i < COUNT(list); i++)
        assert_int_equal(digital_link_check_serial(list[i]), IDENTIFIER_BAD_SERIAL);
    TEXT struct text product = TEXT_EMPTY;
    digital_link_add_path("09520123456788", "", &product);
    assert_string_equal(text_get(&product), "/01/09520123456788");
}

static enum identifier_error search(const char *text, size_t *words)
{
    return digital_link_search(text, strlen(text), &link_found, words);
}

static void in_a_longer_text_there_may_be_one_device(void **state)
{
    size_t words = 0;

    (void)state;
    assert_int_equal(search("/01/09520123456788/21/1 /01/09520123456788/21/2", &words), IDENTIFIER_SEVERAL);
    assert_int_equal(words, 2);
    assert_int_equal(search("", &words), IDENTIFIER_NO_MATCH);
    assert_int_equal(words, 0);
    assert_int_equal(search("Pump 4006381333931", NULL), IDENTIFIER_NO_MATCH);
    assert_int_equal(search("Pump /01/09520123456789/21/1", NULL), IDENTIFIER_WRONG_GTIN);
    assert_int_equal(search("/01/09520123456789/21/1\n/01/09520123456788/21/2", NULL), IDENTIFIER_OK);
    assert_string_equal(link_found.serial, "2");
    assert_int_equal(search("/01/9520123456788/21/1 or /01/09520123456788/21/1?17=270101", NULL),
                     IDENTIFIER_OK);
    assert_int_equal(
        search("\xEF\xBB\xBF \xE2\x80\x9Chttps://a/01/09520123456788/21/it's.\xE2\x80\x9D\n", &words),
        IDENTIFIER_OK);
    assert_string_equal(link_found.serial, "it's");
    assert_int_equal(words, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_addresses_are_no_digital_links),
        cmocka_unit_test(a_wrong_part_is_named),
        cmocka_unit_test(the_examples_of_the_standard_are_read),
        cmocka_unit_test(what_is_around_the_pairs_does_not_count),
        cmocka_unit_test(a_serial_number_that_no_link_can_have_is_rejected),
        cmocka_unit_test(a_link_that_was_made_is_read_again),
        cmocka_unit_test(in_a_longer_text_there_may_be_one_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
