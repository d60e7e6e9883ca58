/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/label_reading.h"

#include <string.h>

#include "tests/unit/test.h"

#define A "00112233445566778899aabbccddeeff"
#define B "ffeeddccbbaa99887766554433221100"
#define URL "https://register.example.com"

static struct identifier_form forms[2];
static struct label_reading reading;

static int set_up(void **state)
{
    (void)state;
    return identifier_form_parse("hex", "lower", &forms[0]) ||
           identifier_form_parse("PUMP-[0-9]{6}", "upper", &forms[1]);
}

static int tear_down(void **state)
{
    (void)state;
    identifier_form_fini(&forms[0]);
    identifier_form_fini(&forms[1]);
    return 0;
}

static void read_at(const char *public_url, const char *hosts, const char *first, const char *second)
{
    const struct label_origin origin = {public_url, hosts, forms, 2};
    const struct label_text texts[] = {{first, strlen(first)}, {second, second ? strlen(second) : 0}};

    label_read(&origin, texts, second ? 2 : 1, &reading);
}

static void expect(enum label_verdict verdict, const char *first, const char *second)
{
    read_at(URL, "labels.example.net, old.example.com", first, second);
    if (reading.verdict != verdict)
        fail_msg("%s, %s: verdict %d", first, second ? second : "-", reading.verdict);
}

static void another_makers_label_is_not_ours(void **state)
{
    (void)state;
    expect(LABEL_FOREIGN, "https://register.example.org/r/" A, NULL);
    expect(LABEL_FOREIGN, "https://register.example.com.evil.example/r/" A, NULL);
    expect(LABEL_FOREIGN, "https://register.example.com@evil.example/r/" A, NULL);
    expect(LABEL_FOREIGN, "https://evil.example\\@register.example.com/r/" A, NULL);
    expect(LABEL_FOREIGN, "https://evil.example/@register.example.com/r/" A, NULL);
    expect(LABEL_FOREIGN, "evil.example/r/" A, NULL);
    expect(LABEL_FOREIGN, "Scan to register: www.evil.example:8443/R/" A "?x", NULL);
    expect(LABEL_FOREIGN, "http:///r/" A, NULL);
    expect(LABEL_FOREIGN, "https://example.com/r/" A, NULL);
    expect(LABEL_FOREIGN, "https://[::1]/r/" A, NULL);
    expect(LABEL_FOREIGN, "WIFI:S:home;T:WPA;P:secret;;", NULL);
    expect(LABEL_FOREIGN, "4006381333931", NULL);
    expect(LABEL_FOREIGN, "", NULL);
}

/* The bytes of a code: a NUL ends nothing. */
static void what_is_around_a_text_does_not_count(void **state)
{
    static const char nuls[] = "\0" URL "/r/" A "\0";
    const struct label_origin origin = {URL, "", forms, 2};
    const struct label_text texts[] = {{nuls, sizeof nuls}};

    (void)state;
    label_read(&origin, texts, 1, &reading);
    assert_int_equal(reading.verdict, LABEL_OURS);
    assert_string_equal(reading.device.thing_name, A);
    expect(LABEL_OURS, "\xEF\xBB\xBFHTTPS://REGISTER.EXAMPLE.COM/R/" A, NULL);
    expect(LABEL_FOREIGN, "\xEF\xBB\xBFHTTPS://EVIL.EXAMPLE/R/" A, NULL);
    expect(LABEL_FOREIGN, "\"https://evil.example/r/" A "\"", NULL);
}

static void addresses_of_others_do_not_count_in_a_longer_text(void **state)
{
    (void)state;
    expect(LABEL_OURS, "UID: " A "\nhttps://evil.example/r/" B, NULL);
    assert_string_equal(reading.device.thing_name, A);
    expect(LABEL_FOREIGN, "Device: https://evil.example/r/" B, NULL);
    assert_int_equal(reading.problem.error, IDENTIFIER_FOREIGN);
    expect(LABEL_WRONG, "UID: " A "\nUID: " B, NULL);
    assert_int_equal(reading.problem.error, IDENTIFIER_SEVERAL);
    expect(LABEL_FOREIGN, "4006381333931", NULL);
    assert_int_equal(reading.problem.error, IDENTIFIER_SHOP_BARCODE);
}

static void a_label_of_ours_gives_its_thing_name(void **state)
{
    static const char *const texts[] = {
        URL "/r/" A,
        "HTTPS://REGISTER.EXAMPLE.COM/R/00112233445566778899AABBCCDDEEFF",
        "http://register.example.com:8080/r/" A "?from=label",
        "https://someone@register.example.com/r/" A,
        "https://old.example.com/r/" A,
        "https://Labels.example.net/?id=" A,
        A,
        "0011-2233-4455-6677-8899-AABB-CCDD-EEFF",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        expect(LABEL_OURS, texts[i], NULL);
        assert_string_equal(reading.device.thing_name, A);
    }
    expect(LABEL_OURS, "pump-123456", NULL);
    assert_string_equal(reading.device.thing_name, "PUMP-123456");
}

static void without_a_public_url_every_host_will_do(void **state)
{
    (void)state;
    read_at("", "old.example.com", "https://anywhere.example/r/" A, NULL);
    assert_int_equal(reading.verdict, LABEL_OURS);
    read_at("https://[::1]:8080", "", "http://[::1]:80/r/" A, NULL);
    assert_int_equal(reading.verdict, LABEL_OURS);
    read_at("https://[::1]:8080", "", "http://[::2]:80/r/" A, NULL);
    assert_int_equal(reading.verdict, LABEL_FOREIGN);
}

static void of_several_codes_the_label_wins(void **state)
{
    (void)state;
    expect(LABEL_OURS, "https://evil.example/r/" B, URL "/r/" A);
    assert_string_equal(reading.device.thing_name, A);
    assert_int_equal(reading.text, 1);
    expect(LABEL_OURS, URL "/r/" A, "https://evil.example/r/" B);
    assert_int_equal(reading.text, 0);
    expect(LABEL_OURS, "evil.example/r/" B, "Web:register.example.com:443/r/" A);
    assert_string_equal(reading.device.thing_name, A);
    expect(LABEL_OURS, URL "/r/too-short", A);
    assert_int_equal(reading.text, 1);
    expect(LABEL_OURS, A, URL "/r/" A);
    expect(LABEL_SEVERAL, URL "/r/" A, URL "/r/" B);
    assert_string_equal(reading.device.thing_name, A);
    assert_string_equal(reading.another.thing_name, B);
    expect(LABEL_SEVERAL, A, "PUMP-123456");
}

static void an_address_of_ours_that_cannot_be_right_says_why(void **state)
{
    (void)state;
    expect(LABEL_WRONG, URL "/r/0011", NULL);
    assert_int_equal(reading.problem.error, IDENTIFIER_TOO_SHORT);
    expect(LABEL_WRONG, URL "/help", NULL);
    expect(LABEL_WRONG, "https://evil.example/", URL "/r/0011");
    assert_int_equal(reading.text, 1);
}

#define LINK "/01/09506000134352/21/"

static void a_digital_link_of_ours_is_a_label(void **state)
{
    static const char *const texts[] = {
        URL LINK "A%2F1",
        "HTTPS://REGISTER.EXAMPLE.COM:443/01/9506000134352/10/LOT/21/A%2f1?17=270101&id=" A,
        "register.example.com/own/path" LINK "A%2F1",
        "https://old.example.com/r" LINK "A%2F1",
        LINK "A%2F1/",
        "Pump\nhttps://evil.example" LINK "B\n\"" URL LINK "A%2F1\".",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        TEXT struct text path = TEXT_EMPTY;
        expect(LABEL_OURS, texts[i], NULL);
        assert_string_equal(reading.device.thing_name, "");
        label_device_add(&reading.device, &path);
        assert_string_equal(text_get(&path), LINK "A%2F1");
    }
}

static void another_makers_digital_link_is_not_ours(void **state)
{
    static const char *const texts[] = {"https://id.gs1.org" LINK "1", "id.gs1.org" LINK "1",
                                        "https://evil.example/register.example.com" LINK "1",
                                        "evil.example:8443/own" LINK "1",
                                        "https://id.gs1.org/01/09506000134353/21/1"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        expect(LABEL_FOREIGN, texts[i], NULL);
        assert_int_equal(reading.problem.error, IDENTIFIER_FOREIGN);
    }
}

static void a_digital_link_that_is_wrong_says_why(void **state)
{
    static const struct {
        const char *text;
        enum identifier_error error;
    } list[] = {
        {URL "/01/09506000134353/21/1", IDENTIFIER_WRONG_GTIN},
        {"Pump " URL "/01/09506000134353/21/1", IDENTIFIER_WRONG_GTIN},
        {"/01/950600013/21/1", IDENTIFIER_BAD_GTIN},
        {URL "/01/09506000134352", IDENTIFIER_NO_SERIAL},
        {URL LINK "123456789012345678901", IDENTIFIER_BAD_SERIAL},
        {URL LINK "1/10/LOT", IDENTIFIER_BAD_LINK},
        {URL LINK "1 " URL LINK "2", IDENTIFIER_SEVERAL},
        {URL LINK "1/10/LOT https://evil.example/" A, IDENTIFIER_BAD_LINK},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(list); i++) {
        expect(LABEL_WRONG, list[i].text, NULL);
        assert_int_equal(reading.problem.error, list[i].error);
    }
}

/* The link on the box may be that of the label, which names the device by itself. */
static void an_identifier_goes_before_a_digital_link(void **state)
{
    (void)state;
    expect(LABEL_OURS, URL LINK "1", URL "/r/" A);
    assert_string_equal(reading.device.thing_name, A);
    expect(LABEL_OURS, URL "/r/" A, URL LINK "1");
    assert_string_equal(reading.device.thing_name, A);
    expect(LABEL_OURS, "UID: " A "\n" URL LINK "1", NULL);
    assert_string_equal(reading.device.thing_name, A);
    expect(LABEL_OURS, URL LINK "1", "4006381333931");
    assert_int_equal(reading.text, 0);
    expect(LABEL_OURS, URL LINK "1", "/01/9506000134352/21/1");
    assert_int_equal(reading.text, 0);
    expect(LABEL_SEVERAL, URL LINK "1", URL LINK "2");
    assert_string_equal(reading.device.link.serial, "1");
    assert_string_equal(reading.another.link.serial, "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_makers_label_is_not_ours),
        cmocka_unit_test(what_is_around_a_text_does_not_count),
        cmocka_unit_test(addresses_of_others_do_not_count_in_a_longer_text),
        cmocka_unit_test(a_label_of_ours_gives_its_thing_name),
        cmocka_unit_test(without_a_public_url_every_host_will_do),
        cmocka_unit_test(of_several_codes_the_label_wins),
        cmocka_unit_test(an_address_of_ours_that_cannot_be_right_says_why),
        cmocka_unit_test(another_makers_digital_link_is_not_ours),
        cmocka_unit_test(a_digital_link_that_is_wrong_says_why),
        cmocka_unit_test(a_digital_link_of_ours_is_a_label),
        cmocka_unit_test(an_identifier_goes_before_a_digital_link),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
