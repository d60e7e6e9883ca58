/* SPDX-License-Identifier: Apache-2.0 */
#include "label/label.h"

#include <string.h>

#include "tests/unit/test.h"

#define NAME "a84e07f1c2b95d3e6f80914ab27dc35e"

static const struct label_rules plain = {.public_url = "https://register.example.com"};

static void expect_refused(const struct label_rules *rules, const char *identifier, const char *product,
                           const char *serial, const char *wanted)
{
    TEXT struct text why = TEXT_EMPTY;
    struct label out = {.name = "untouched"};

    assert_false(label_make(rules, identifier, product, serial, &out, &why));
    assert_string_equal(out.name, "untouched");
    if (strstr(text_get(&why), wanted) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text_get(&why), wanted);
}

static void refuses_what_is_no_thing_name(void **state)
{
    static const char *const bad[] = {
        "", "short", "a84e 07f1 c2b9", "\"><script>", "a/b/c/d/e/f", "n\xC3\xA4mlich-1"};
    char longer[IDENTIFIER_MAX + 2];
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        expect_refused(&plain, bad[i], "", "", "not a thing name");
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    expect_refused(&plain, longer, "", "", "not a thing name");
}

static void what_is_around_an_identifier_does_not_count(void **state)
{
    static const char *const typed[] = {"\xEF\xBB\xBF" NAME, " " NAME "\r\n", NAME "\xC2\xA0\xE2\x80\x8B",
                                        "\"" NAME "\","};
    TEXT struct text why = TEXT_EMPTY;
    struct label label;
    (void)state;

    for (size_t i = 0; i < COUNT(typed); i++) {
        if (!label_make(&plain, typed[i], "", "", &label, &why))
            fail_msg("%s: %s", typed[i], text_get(&why));
        assert_string_equal(label.name, NAME);
    }
}

static const struct label_rules linked = {.public_url = "https://register.example.com/p",
                                          .gtin = "09506000134352"};

static void refuses_what_no_digital_link_can_have(void **state)
{
    static const char *const bad[] = {"123456789012345678901", "SN 1", "#1", "\xC3\xA4"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        expect_refused(&linked, NAME, "", bad[i], "its serial number cannot be in a Digital Link");
    expect_refused(&linked, NAME, "", "", "it has no serial number, which a Digital Link needs");
}

static void makes_a_digital_link(void **state)
{
    TEXT struct text why = TEXT_EMPTY;
    struct label label;
    (void)state;

    assert_true(label_make(&linked, NAME, "Pump", "A/1+", &label, &why));
    assert_string_equal(label.url, "https://register.example.com/p/01/09506000134352/21/A%2F1%2B");
    assert_string_equal(label.name, NAME);
    assert_string_equal(label.gtin_line, "GTIN 09506000134352");
    assert_string_equal(label_serial_text(&label), "Serial A/1+");
    assert_true(label_make(&linked, "PUMP-000042", "", "", &label, &why));
    assert_string_equal(label.url, "https://register.example.com/p/01/09506000134352/21/PUMP-000042");
    assert_true(label_make(&linked, NAME, "", "!\"%&'()*+,/:;<=>?!\"%", &label, &why)); /* the longest */
    assert_int_equal(strlen(label.url), strlen("https://register.example.com/p/01/09506000134352/21/") + 60);
    assert_string_equal(label_serial_text(&label), "Serial !\"%&'()*+,/:;<=>?!\"%");
}

static void refuses_texts_that_cannot_be_printed(void **state)
{
    char longer[LABEL_TEXT_MAX + 2];
    (void)state;

    expect_refused(&plain, NAME, "\xff", "", "its product is not UTF-8");
    expect_refused(&plain, NAME, "", "a\nb", "its serial has an invisible character");
    expect_refused(&plain, NAME, "a\x1b[31m", "", "invisible");
    expect_refused(&plain, NAME,
                   "a\xE2\x80\xAE"
                   "b",
                   "", "invisible"); /* right-to-left override */
    expect_refused(&plain, NAME, "\xEF\xBF\xBF", "", "invisible");
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    expect_refused(&plain, NAME, longer, "", "101 characters");
}

static void names_the_address(void **state)
{
    struct label label;
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    assert_true(label_make(&plain, NAME, NULL, "SN 1", &label, &why));
    assert_string_equal(label.url, "https://register.example.com/r/" NAME);
    assert_string_equal(label.name, NAME);
    assert_string_equal(label.product, "");
    assert_string_equal(label.serial, "SN 1");
    assert_int_equal(strlen(label.check), CHECK_LENGTH);
    assert_true(check_characters_fit(NAME, label.check));
}

static void writes_names_as_the_account_does(void **state)
{
    struct identifier_form forms[2];
    struct label_rules rules = {.public_url = "http://x", .forms = forms, .form_count = 2};
    struct label label;
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    assert_int_equal(identifier_form_parse("hex", "lower", &forms[0]), IDENTIFIER_OK);
    assert_int_equal(identifier_form_parse("EL-[0-9]{8}", "upper", &forms[1]), IDENTIFIER_OK);
    assert_true(label_make(&rules, "A84E 07F1 C2B9 5D3E 6F80 914A B27D C35E", "", "", &label, &why));
    assert_string_equal(label.name, NAME);
    assert_true(label_make(&rules, "el-00112233", "", "", &label, &why));
    assert_string_equal(label.url, "http://x/r/EL-00112233");
    expect_refused(&rules, "a84e07f1c2b95d3e6f80914ab27dc3", "", "", "too short (30 of 32 characters)");
    identifier_form_fini(&forms[0]);
    identifier_form_fini(&forms[1]);
}

static void knows_addresses(void **state)
{
    static const char *const bad[] = {"",           "ftp://x",       "https://",        "https:///r",
                                      "https://x/", "https://x y",   "https://x?a",     "https://x#a",
                                      "x.example",  "https://x\"<>", "https://\xC3\xA4"};
    static const char *const good[] = {"https://register.example.com", "http://127.0.0.1:8080",
                                       "https://example.com/portal", "http://[::1]:80"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        if (label_public_url_problem(bad[i]) == NULL)
            fail_msg("%s is taken", bad[i]);
    for (size_t i = 0; i < COUNT(good); i++)
        assert_null(label_public_url_problem(good[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_thing_name),
        cmocka_unit_test(refuses_what_no_digital_link_can_have),
        cmocka_unit_test(makes_a_digital_link),
        cmocka_unit_test(refuses_texts_that_cannot_be_printed),
        cmocka_unit_test(what_is_around_an_identifier_does_not_count),
        cmocka_unit_test(names_the_address),
        cmocka_unit_test(writes_names_as_the_account_does),
        cmocka_unit_test(knows_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
