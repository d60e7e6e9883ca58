/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

#define NAME "0123456789abcdef0123456789abcdef"
#define UUID "01234567-89ab-cdef-0123-456789abcdef"
#define UNTOUCHED "untouched"

struct spoilt {
    const char *typed;
    enum identifier_error error;
    const char *character;
    size_t position;
};

struct good {
    const char *typed;
    const char *name;
};

static struct identifier_form form_of(const char *text, const char *letter_case)
{
    struct identifier_form form;
    enum identifier_error error = identifier_form_parse(text, letter_case, &form);
    if (error != IDENTIFIER_OK)
        fail_msg("form %s %s: %s", text, letter_case, identifier_error_name(error));
    return form;
}

static void expect_spoilt_bytes(const struct identifier_form *form, const char *typed, size_t length,
                                const struct spoilt *spoilt)
{
    char out[IDENTIFIER_SIZE] = UNTOUCHED;
    struct identifier_problem problem = {.position = 999};
    enum identifier_error error = identifier_parse(form, typed, length, out, &problem);

    if (error != spoilt->error)
        fail_msg("\"%.80s\": %s instead of %s", typed, identifier_error_name(error),
                 identifier_error_name(spoilt->error));
    assert_int_equal(problem.error, error);
    assert_string_equal(out, UNTOUCHED);
    assert_string_equal(problem.character, spoilt->character);
    if (problem.position != spoilt->position)
        fail_msg("\"%.80s\": position %zu instead of %zu", typed, problem.position, spoilt->position);
    assert_int_equal(identifier_parse(form, typed, length, out, NULL), error);
}

static void expect_spoilt(const struct identifier_form *form, const struct spoilt *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_spoilt_bytes(form, list[i].typed, strlen(list[i].typed), &list[i]);
}

static void expect_good(const struct identifier_form *form, const struct good *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char out[IDENTIFIER_SIZE] = UNTOUCHED;
        struct identifier_problem problem = {.error = IDENTIFIER_OK};
        enum identifier_error error =
            identifier_parse(form, list[i].typed, strlen(list[i].typed), out, &problem);
        if (error != IDENTIFIER_OK)
            fail_msg("\"%s\": %s, character \"%s\" at %zu", list[i].typed, identifier_error_name(error),
                     problem.character, problem.position);
        assert_string_equal(out, list[i].name);
        assert_int_equal(identifier_parse(form, out, strlen(out), out, NULL), IDENTIFIER_OK);
        assert_string_equal(out, list[i].name);
    }
}

static void refuses_what_breaks_a_topic(void **state)
{
    static const struct spoilt list[] = {
        {"+", IDENTIFIER_BAD_CHARACTER, "+", 1},
        {"0123456789abcdef+0123456789abcde", IDENTIFIER_BAD_CHARACTER, "+", 17},
        {"#", IDENTIFIER_BAD_CHARACTER, "#", 1},
        {"0123456789abcdef0123456789abcde#", IDENTIFIER_BAD_CHARACTER, "#", 32},
        {"0123/4567", IDENTIFIER_BAD_CHARACTER, "/", 5},
        {NAME "/expresslink_config", IDENTIFIER_BAD_CHARACTER, "/", 33},
        {"$aws/events", IDENTIFIER_BAD_CHARACTER, "$", 1},
        {"../../" NAME, IDENTIFIER_BAD_CHARACTER, ".", 1},
        {"0123456789abcdef%000123456789abcdef", IDENTIFIER_BAD_CHARACTER, "%", 17},
        {"0123%2f4567", IDENTIFIER_BAD_CHARACTER, "%", 5},
        {"0123\\4567", IDENTIFIER_BAD_CHARACTER, "\\", 5},
        {"<script>", IDENTIFIER_BAD_CHARACTER, "<", 1},
        {"01234567_89abcdef_01234567_89abcdef", IDENTIFIER_BAD_CHARACTER, "_", 9},
    };
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_spoilt(&form, list, COUNT(list));
    identifier_form_fini(&form);
}

static void refuses_what_cannot_be_seen(void **state)
{
    static const struct spoilt list[] = {
        {"0123\001"
         "4567",
         IDENTIFIER_BAD_CHARACTER, "", 5},
        {"0123\0334567", IDENTIFIER_BAD_CHARACTER, "", 5},
        {"0123\r\n4567", IDENTIFIER_BAD_CHARACTER, "", 5},
        {"0123\t4567", IDENTIFIER_BAD_CHARACTER, "", 5},
        {"0123\1774567", IDENTIFIER_BAD_CHARACTER, "", 5},
        {"0123\u200B4567", IDENTIFIER_BAD_CHARACTER, "", 5},
        {"0123\u200D4567", IDENTIFIER_BAD_CHARACTER, "", 5},
        {"\u202E" NAME, IDENTIFIER_BAD_CHARACTER, "", 1},
        {NAME "\u202C", IDENTIFIER_BAD_CHARACTER, "", 33},
        {"\u2066" NAME "\u2069", IDENTIFIER_BAD_CHARACTER, "", 1},
        {"0123\uFEFF4567", IDENTIFIER_BAD_CHARACTER, "", 5},
        {"0123\u00AD4567", IDENTIFIER_BAD_CHARACTER, "", 5},
        {"0123\u03014567", IDENTIFIER_BAD_CHARACTER, "", 5},
        {"0123\U000E00414567", IDENTIFIER_BAD_CHARACTER, "", 5},
    };
    static const struct spoilt nul = {"", IDENTIFIER_BAD_CHARACTER, "", 5};
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_spoilt(&form, list, COUNT(list));
    expect_spoilt_bytes(&form, "0123\0004567", 9, &nul);
    identifier_form_fini(&form);
}

static void refuses_broken_utf8(void **state)
{
    static const struct spoilt list[] = {
        {"01\xFF", IDENTIFIER_BAD_CHARACTER, "", 3},
        {"01\xC3", IDENTIFIER_BAD_CHARACTER, "", 3},
        {"01\xC0\xAF", IDENTIFIER_BAD_CHARACTER, "", 3},
        {"01\xE0\x80\xAF", IDENTIFIER_BAD_CHARACTER, "", 3},
        {"01\xC1\x81", IDENTIFIER_BAD_CHARACTER, "", 3},
        {"01\xED\xA0\x80", IDENTIFIER_BAD_CHARACTER, "", 3},
        {"01\xF4\x90\x80\x80", IDENTIFIER_BAD_CHARACTER, "", 3},
        {"\xC2\xA0\x80", IDENTIFIER_BAD_CHARACTER, "", 2},
        {"https://x/r/" NAME "?\xFF", IDENTIFIER_BAD_CHARACTER, "", 46},
    };
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_spoilt(&form, list, COUNT(list));
    identifier_form_fini(&form);
}

static void tells_which_character_and_where(void **state)
{
    static const struct spoilt list[] = {
        {"0123456789abcdeg0123456789abcdef", IDENTIFIER_BAD_CHARACTER, "g", 16},
        {"  \"0123 456z", IDENTIFIER_BAD_CHARACTER, "z", 12},
        {"\u201C0123\u00A0\u00E4", IDENTIFIER_BAD_CHARACTER, "\u00E4", 7},
        {"\U0001F600", IDENTIFIER_BAD_CHARACTER, "\U0001F600", 1},
        {"\uFF10\uFF11", IDENTIFIER_BAD_CHARACTER, "\uFF10", 1},
        {"\u0430bcdef01", IDENTIFIER_BAD_CHARACTER, "\u0430", 1},
        {"hello world", IDENTIFIER_BAD_CHARACTER, "h", 1},
    };
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_spoilt(&form, list, COUNT(list));
    identifier_form_fini(&form);
}

static void refuses_bad_addresses(void **state)
{
    static const struct spoilt list[] = {
        {"https://register.example.com", IDENTIFIER_BAD_URL, "", 0},
        {"http://", IDENTIFIER_BAD_URL, "", 0},
        {"https://register.example.com/" NAME, IDENTIFIER_BAD_URL, "", 0},
        {"https://register.example.com/r/", IDENTIFIER_BAD_URL, "", 0},
        {"https://register.example.com/?id=", IDENTIFIER_BAD_URL, "", 0},
        {"https://register.example.com/?id=&x=1", IDENTIFIER_BAD_URL, "", 0},
        {"https://register.example.com/?uid=" NAME, IDENTIFIER_BAD_URL, "", 0},
        {"https://register.example.com/#/r/" NAME, IDENTIFIER_BAD_URL, "", 0},
        {"https://register.example.com/#?id=" NAME, IDENTIFIER_BAD_URL, "", 0},
        {"http://r/" NAME, IDENTIFIER_BAD_URL, "", 0},
        {"https://x/r/%20", IDENTIFIER_BAD_URL, "", 0},
        {"https://x/r/0123%004567", IDENTIFIER_BAD_CHARACTER, "", 17},
        {"https://x/r/0123%2f4567", IDENTIFIER_BAD_CHARACTER, "/", 17},
        {"https://x/r/0123%2F4567", IDENTIFIER_BAD_CHARACTER, "/", 17},
        {"https://x/r/0123%2b4567", IDENTIFIER_BAD_CHARACTER, "+", 17},
        {"https://x/?id=0123+4567", IDENTIFIER_BAD_CHARACTER, "+", 19},
        {"https://x/r/0123%23", IDENTIFIER_BAD_CHARACTER, "#", 17},
        {"https://x/r/%24aws", IDENTIFIER_BAD_CHARACTER, "$", 13},
        {"https://x/r/%2531", IDENTIFIER_BAD_CHARACTER, "%", 13},
        {"https://x/r/0123%252f4567", IDENTIFIER_BAD_CHARACTER, "%", 17},
        {"https://x/r/0123%", IDENTIFIER_BAD_CHARACTER, "%", 17},
        {"https://x/r/0123%3", IDENTIFIER_BAD_CHARACTER, "%", 17},
        {"https://x/r/0123%zz", IDENTIFIER_BAD_CHARACTER, "%", 17},
        {"https://x/r/0123%0d%0a", IDENTIFIER_BAD_CHARACTER, "", 17},
        {"https://x/r/0123%c0%af", IDENTIFIER_BAD_CHARACTER, "", 17},
        {"https://x/r/0123%e2%80%8b4567", IDENTIFIER_BAD_CHARACTER, "", 17},
        {"https://x/r/0123%e2", IDENTIFIER_BAD_CHARACTER, "", 17},
        {"https://\u202Ex/r/" NAME, IDENTIFIER_BAD_CHARACTER, "", 9},
        {"https://x/r/0123", IDENTIFIER_TOO_SHORT, "", 0},
    };
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_spoilt(&form, list, COUNT(list));
    identifier_form_fini(&form);
}

static void refuses_nothing_and_too_much(void **state)
{
    static const struct spoilt list[] = {
        {"", IDENTIFIER_EMPTY, "", 0},          {" \t\n", IDENTIFIER_EMPTY, "", 0},
        {"\"\"", IDENTIFIER_EMPTY, "", 0},      {" - \u2013 \u2014 ", IDENTIFIER_EMPTY, "", 0},
        {"...", IDENTIFIER_EMPTY, "", 0},       {"0123 4567", IDENTIFIER_TOO_SHORT, "", 0},
        {NAME "0", IDENTIFIER_TOO_LONG, "", 0}, {NAME NAME NAME, IDENTIFIER_TOO_LONG, "", 0},
    };
    static const struct spoilt too_long = {"", IDENTIFIER_TOO_LONG, "", 0};
    size_t mebibyte = (size_t)1024 * 1024;
    char *huge = malloc(mebibyte);
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    assert_non_null(huge);
    expect_spoilt(&form, list, COUNT(list));
    memset(huge, '0', mebibyte);
    expect_spoilt_bytes(&form, huge, mebibyte, &too_long);
    expect_spoilt_bytes(&form, huge, IDENTIFIER_TYPED_MAX + 1, &too_long);
    expect_spoilt_bytes(&form, huge, IDENTIFIER_TYPED_MAX, &too_long);
    memset(huge, ' ', mebibyte);
    memcpy(huge + IDENTIFIER_TYPED_MAX - strlen(NAME), NAME, strlen(NAME));
    char out[IDENTIFIER_SIZE];
    assert_int_equal(identifier_parse(&form, huge, IDENTIFIER_TYPED_MAX, out, NULL), IDENTIFIER_OK);
    free(huge);
    assert_int_equal(identifier_parse(&form, NULL, 0, out, NULL), IDENTIFIER_EMPTY);
    identifier_form_fini(&form);
}

static void tells_lengths(void **state)
{
    struct identifier_form form = form_of("hex", "lower");
    struct identifier_problem problem;
    char out[IDENTIFIER_SIZE];
    (void)state;

    assert_int_equal(identifier_parse(&form, "0123-4567 89", 12, out, &problem), IDENTIFIER_TOO_SHORT);
    assert_int_equal(problem.length, 10);
    assert_int_equal(problem.wanted, 32);
    assert_int_equal(identifier_parse(&form, NAME "0123", 36, out, &problem), IDENTIFIER_TOO_LONG);
    assert_int_equal(problem.length, 36);
    assert_int_equal(problem.wanted, 32);
    identifier_form_fini(&form);

    form = form_of("[A-Z0-9]+", "upper");
    assert_int_equal(identifier_parse(&form, "SN1", 3, out, &problem), IDENTIFIER_TOO_SHORT);
    assert_int_equal(problem.length, 3);
    assert_int_equal(problem.wanted, 0);
    identifier_form_fini(&form);
}

static void forgives_in_hex(void **state)
{
    static const struct good list[] = {
        {NAME, NAME},
        {"0123456789ABCDEF0123456789ABCDEF", NAME},
        {"  " NAME " \r\n", NAME},
        {"0123 4567 89ab cdef 0123 4567 89ab cdef", NAME},
        {"0123-4567-89ab-cdef-0123-4567-89ab-cdef", NAME},
        {"0123\u00A04567\u200989ab\u3000cdef\u20110123\u20134567\u201489ab\u2212cdef", NAME},
        {"\"" NAME "\"", NAME},
        {"'" NAME "'", NAME},
        {"\u201C" NAME "\u201D", NAME},
        {"\u201E" NAME "\u201C", NAME},
        {"\u2018" NAME "\u2019", NAME},
        {"\u00AB\u00A0" NAME "\u00A0\u00BB", NAME},
        {NAME ".", NAME},
        {NAME ",", NAME},
        {"\"" NAME "\".", NAME},
        {"O1234567o9abcdefOIlLi56789abcdef", "012345670"
                                             "9abcdef0111156789abcdef"},
        {"https://register.example.com/r/" NAME, NAME},
        {"https://register.example.com/r/" NAME "/", NAME},
        {"https://register.example.com/r/" NAME "#top", NAME},
        {"https://register.example.com/r/" NAME "?utm=1&id=zzz", NAME},
        {"https://register.example.com/r/" NAME ".", NAME},
        {"HTTPS://REGISTER.EXAMPLE.COM/R/0123456789ABCDEF0123456789ABCDEF", NAME},
        {"http://x:8080/portal/r/r/" NAME "/status", NAME},
        {"http://r/r/" NAME, NAME},
        {"register.example.com/r/" NAME, NAME},
        {"/r/" NAME, NAME},
        {"https://x/register?id=" NAME, NAME},
        {"https://x/register?lang=de&id=" NAME "&x=1#a", NAME},
        {"?id=" NAME, NAME},
        {"&id=" NAME, NAME},
        {"https://x/?id=%220123%204567%2089ab%e2%80%93cdef0123456789abcdef%22", NAME},
        {"https://x/r/%30123456789abcdef0123456789abcde%66", NAME},
        {"\u201Chttps://x/r/" NAME "\u201D.", NAME},
        {"Label: https://x/r/" NAME, NAME},
    };
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_good(&form, list, COUNT(list));
    identifier_form_fini(&form);
}

/* Codes and clipboards leave it there, and nobody sees it. */
static void trims_what_is_nothing(void **state)
{
    static const struct good list[] = {
        {"\uFEFF" NAME, NAME},
        {"\u200B \u2060" NAME "\u200D\u200E\r\n", NAME},
        {"\u00A0\u202F" NAME "\u00A0\uFEFF", NAME},
        {"\uFEFFHTTPS://X/R/0123456789ABCDEF0123456789ABCDEF\u200B", NAME},
        {"https://x/r/%EF%BB%BF" NAME "%00%E2%80%8B", NAME},
        {"UID:\uFEFF" NAME "\u200B", NAME},
    };
    static const char nuls[] = "\0\0" NAME "\0";
    struct identifier_form form = form_of("hex", "lower");
    char out[IDENTIFIER_SIZE];
    (void)state;

    expect_good(&form, list, COUNT(list));
    assert_int_equal(identifier_parse(&form, nuls, sizeof nuls, out, NULL), IDENTIFIER_OK);
    assert_string_equal(out, NAME);
    identifier_form_fini(&form);
}

#define OTHER "ffeeddccbbaa99887766554433221100"
#define GROUPS "0123 4567 89ab cdef"

static void finds_the_one_identifier_in_a_longer_text(void **state)
{
    static const struct good hex[] = {
        {"UID:" NAME, NAME},
        {"UID: " NAME, NAME},
        {"{\"ThingName\":\"" NAME "\"}", NAME},
        {"{\"deviceId\" : \"" NAME "\", \"key\":\"" OTHER "\"}", NAME},
        {"Device ID: " GROUPS " " GROUPS " / 3Q", NAME},
        {"Device ID: " GROUPS " " GROUPS " 3Q", NAME},
        {"Ger\u00E4te-ID:\r\n" GROUPS "\r\n" GROUPS " / 3Q\r\nSN: 00042", NAME},
        {"Smart Pump X1\nModel 4242\n" GROUPS "\n" GROUPS " / 3Q\n2026", NAME},
        {"Device ID " NAME " (see the label)", NAME},
        {"SN 0042; ID=" UUID, NAME},
        {"urn:uuid:" UUID, NAME},
        {"https://x/r/" NAME "\n" GROUPS " " GROUPS " / 3Q", NAME},
        {"Scan to register: https://x/r/" NAME " or visit https://x/help", NAME},
        {"MAC: " OTHER "\nUID: " NAME, NAME},
        {OTHER "\nThing Name = " NAME, NAME},
        {"UID: " NAME "\nUID: " NAME "/3Q", NAME},
    };
    static const struct good serial[] = {
        {"Device ID: SN12345678", "SN12345678"},
        {"Device ID: SN12 3456 78 / T0", "SN12345678"},
        {"Pump, model 7\nsn-1234-5678/TO\n", "SN12345678"},
        {"{\"ThingName\":\"SN12345678\"}", "SN12345678"},
    };
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_good(&form, hex, COUNT(hex));
    identifier_form_fini(&form);
    form = form_of("SN[0-9]{8}", "upper");
    expect_good(&form, serial, COUNT(serial));
    identifier_form_fini(&form);
}

static void says_what_a_longer_text_lacks(void **state)
{
    static const struct spoilt hex[] = {
        {"UID: " NAME "\nUID: " OTHER, IDENTIFIER_SEVERAL, "", 0},
        {NAME ", " OTHER, IDENTIFIER_SEVERAL, "", 0},
        {NAME " " OTHER, IDENTIFIER_SEVERAL, "", 0},
        {"https://x/r/" NAME "\nhttps://x/r/" OTHER, IDENTIFIER_SEVERAL, "", 0},
        {"Device ID: " NAME " / 3R", IDENTIFIER_WRONG_CHECK, "", 0},
        {"Device ID: " GROUPS " " GROUPS " 3R", IDENTIFIER_WRONG_CHECK, "", 0},
        {"Device ID: " GROUPS " " GROUPS " " GROUPS, IDENTIFIER_TOO_LONG, "", 0},
        {"Device ID: " GROUPS, IDENTIFIER_TOO_SHORT, "", 0},
        {"Order 4242 " GROUPS " " GROUPS, IDENTIFIER_BAD_CHARACTER, "r", 2},
        {"MAC: " NAME, IDENTIFIER_BAD_CHARACTER, "M", 1},
        {"WIFI:S:home;T:WPA;P:" NAME ";;", IDENTIFIER_BAD_CHARACTER, "W", 1},
    };
    static const struct spoilt eight[] = {{"a cable, labelled", IDENTIFIER_BAD_CHARACTER, ",", 8}};
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_spoilt(&form, hex, COUNT(hex));
    identifier_form_fini(&form);
    form = form_of("hex:8", "lower");
    expect_spoilt(&form, eight, COUNT(eight));
    identifier_form_fini(&form);
}

static void knows_the_number_of_a_shops_barcode(void **state)
{
    static const struct spoilt hex[] = {
        {"4006381333931", IDENTIFIER_SHOP_BARCODE, "", 0},
        {" 4 006381 333931\r\n", IDENTIFIER_SHOP_BARCODE, "", 0},
        {"036000291452", IDENTIFIER_SHOP_BARCODE, "", 0},
        {"96385074", IDENTIFIER_SHOP_BARCODE, "", 0},
        {"10036000291459", IDENTIFIER_SHOP_BARCODE, "", 0},
        {"4006381333932", IDENTIFIER_TOO_SHORT, "", 0},
        {"400638133393", IDENTIFIER_TOO_SHORT, "", 0},
    };
    static const struct spoilt fourteen[] = {{"4006381333931", IDENTIFIER_TOO_SHORT, "", 0}};
    static const struct spoilt serial[] = {{"4006381333931", IDENTIFIER_SHOP_BARCODE, "", 0}};
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_spoilt(&form, hex, COUNT(hex));
    identifier_form_fini(&form);
    form = form_of("hex:14", "lower");
    expect_spoilt(&form, fourteen, COUNT(fourteen));
    identifier_form_fini(&form);
    form = form_of("SN[0-9]{8}", "upper");
    expect_spoilt(&form, serial, COUNT(serial));
    identifier_form_fini(&form);
}

static void writes_the_case_of_the_account(void **state)
{
    static const struct good upper[] = {{"0123456789abCDef", "0123456789ABCDEF"}};
    static const struct good keep[] = {{"0123456789abCDef", "0123456789abCDef"},
                                       {"oIlL456789abCDef", "0111456789abCDef"}};
    struct identifier_form form = form_of("hex:16", "upper");
    (void)state;

    expect_good(&form, upper, COUNT(upper));
    identifier_form_fini(&form);
    form = form_of("hex:16", "keep");
    expect_good(&form, keep, COUNT(keep));
    identifier_form_fini(&form);
}

static void puts_the_dashes_into_a_uuid(void **state)
{
    static const struct spoilt bad[] = {
        {"01234567-89ab-cdef-0123-456789abcde", IDENTIFIER_TOO_SHORT, "", 0},
        {"01234567-89ab-cdef-0123-456789abcdef0", IDENTIFIER_TOO_LONG, "", 0},
        {"{01234567-89ab-cdef-0123-456789abcdef}", IDENTIFIER_BAD_CHARACTER, "{", 1},
    };
    static const struct good list[] = {
        {UUID, UUID},
        {NAME, UUID},
        {"01234567-89AB-CDEF-0123-456789ABCDEF", UUID},
        {"0123 4567 89ab cdef 0123 4567 89ab cdef", UUID},
        {"O1234567\u201389ab\u2013cdef\u2013Ol23\u2013456789abcdef", UUID},
    };
    struct identifier_form form = form_of("uuid", "lower");
    (void)state;

    expect_spoilt(&form, bad, COUNT(bad));
    expect_good(&form, list, COUNT(list));
    identifier_form_fini(&form);
}

static void meets_the_whole_pattern_only(void **state)
{
    static const struct spoilt bad[] = {
        {"XSN12345678", IDENTIFIER_NO_MATCH, "", 0}, {"SN123456789", IDENTIFIER_NO_MATCH, "", 0},
        {"SN1234567O", IDENTIFIER_NO_MATCH, "", 0},  {"SN12345678/xyz0", IDENTIFIER_BAD_CHARACTER, "/", 11},
        {"SN1", IDENTIFIER_TOO_SHORT, "", 0},        {NAME NAME "0", IDENTIFIER_TOO_LONG, "", 0},
    };
    static const struct good list[] = {
        {"SN12345678", "SN12345678"},
        {"sn 1234 5678", "SN12345678"},
        {"sn-1234-5678", "SN12345678"},
        {"https://x/r/SN12345678", "SN12345678"},
    };
    struct identifier_form form = form_of("SN[0-9]{8}", "upper");
    (void)state;

    expect_spoilt(&form, bad, COUNT(bad));
    expect_good(&form, list, COUNT(list));
    identifier_form_fini(&form);
}

static void keeps_dashes_that_a_pattern_asks_for(void **state)
{
    static const struct spoilt bad[] = {
        {"sensor-1234", IDENTIFIER_NO_MATCH, "", 0}, /* letter_case is keep */
        {"Sensor_1234", IDENTIFIER_NO_MATCH, "", 0},
        {"Sensor1234", IDENTIFIER_NO_MATCH, "", 0},
    };
    static const struct good list[] = {
        {"Sensor-1234", "Sensor-1234"},
        {"Sensor\u20131234", "Sensor-1234"},
        {" Sensor - 1234 ", "Sensor-1234"},
    };
    static const struct good underscore[] = {{"dev_0001", "dev_0001"}, {"dev_-0001", "dev_0001"}};
    struct identifier_form form = form_of("Sensor-[0-9]{4}", "keep");
    (void)state;

    expect_spoilt(&form, bad, COUNT(bad));
    expect_good(&form, list, COUNT(list));
    identifier_form_fini(&form);
    form = form_of("dev_[0-9]{4}", "lower");
    expect_good(&form, underscore, COUNT(underscore));
    identifier_form_fini(&form);
}

/* However generous the operator's pattern is, nothing leaves that may not stand in a topic. */
static void no_pattern_widens_the_alphabet(void **state)
{
    static const struct spoilt bad[] = {
        {"abcdefg+", IDENTIFIER_BAD_CHARACTER, "+", 8},
        {"abcdefgh#x", IDENTIFIER_BAD_CHARACTER, "#", 9},
        {"abcd/efgh", IDENTIFIER_BAD_CHARACTER, "/", 5},
        {"$abcdefgh", IDENTIFIER_BAD_CHARACTER, "$", 1},
        {"abcdefg\u00E4", IDENTIFIER_BAD_CHARACTER, "\u00E4", 8},
        {"abc", IDENTIFIER_TOO_SHORT, "", 0},
        {NAME NAME "0", IDENTIFIER_TOO_LONG, "", 0},
    };
    struct identifier_form form = form_of(".*", "keep");
    (void)state;

    expect_spoilt(&form, bad, COUNT(bad));
    identifier_form_fini(&form);
    form = form_of("abc|abcdefgh|abcdefghij", "keep");
    static const struct good whole[] = {{"abcdefgh", "abcdefgh"}, {"abcdefghij", "abcdefghij"}};
    static const struct spoilt part[] = {{"abcdefghi", IDENTIFIER_NO_MATCH, "", 0}};
    expect_spoilt(&form, part, COUNT(part));
    expect_good(&form, whole, COUNT(whole));
    identifier_form_fini(&form);
}

#define CHECK "3Q" /* of NAME and UUID */

static void takes_check_characters(void **state)
{
    static const struct good hex[] = {
        {NAME "/" CHECK, NAME},
        {NAME CHECK, NAME},
        {NAME " " CHECK, NAME},
        {NAME "-3q.", NAME},
        {"\u201C0123 4567 89AB CDEF 0123 4567 89ab cdef / 3 q\u201D", NAME},
        {"0123-4567-89ab-cdef-0123-4567-89ab-cdef-3Q", NAME},
        {"Ol23 4567 89ab cdef 0123 4567 89ab cdef 3Q", NAME},
        {NAME "/", NAME},
        {NAME "/3Q/", NAME},
        {"https://x/r/" NAME CHECK, NAME},
        {"https://x/r/" NAME "/3Q", NAME},
        {"https://x/r/" NAME "/3q/", NAME},
        {"https://x/r/" NAME "/3Q/status", NAME},
        {"https://x/r/" NAME "/3Q?utm=1#top", NAME},
        {"https://x/r/" NAME "%2F3Q", NAME},
        {"HTTPS://X/R/0123456789ABCDEF0123456789ABCDEF/3Q.", NAME},
        {"https://x/r/" NAME "/3Qa", NAME},
        {"https://x/r/" NAME "/3", NAME},
        {"https://x/r/" NAME "/3-", NAME},
        {"https://x/?id=" NAME "/3Q&x=1", NAME},
    };
    static const struct good uuid[] = {{UUID "/3Q", UUID}, {UUID "3Q", UUID}, {NAME "3Q", UUID}};
    static const struct good serial[] = {{"SN12345678/TO", "SN12345678"},
                                         {"sn-1234-5678 / T0", "SN12345678"},
                                         {"https://x/r/SN12345678/to", "SN12345678"}};
    static const struct good sensor[] = {{"Sensor-1234/TF", "Sensor-1234"},
                                         {"Sensor\u20131234 / TF", "Sensor-1234"}};
    /* Without the mark it is a name where the pattern takes it. */
    static const struct good any[] = {{"abcdefghKD", "abcdefghKD"}, {"abcdefgh/KD", "abcdefgh"}};
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_good(&form, hex, COUNT(hex));
    identifier_form_fini(&form);
    form = form_of("uuid", "lower");
    expect_good(&form, uuid, COUNT(uuid));
    identifier_form_fini(&form);
    form = form_of("SN[0-9]{8}", "upper");
    expect_good(&form, serial, COUNT(serial));
    identifier_form_fini(&form);
    form = form_of("Sensor-[0-9]{4}", "keep");
    expect_good(&form, sensor, COUNT(sensor));
    identifier_form_fini(&form);
    form = form_of(".*", "keep");
    expect_good(&form, any, COUNT(any));
    identifier_form_fini(&form);
}

struct mistyped {
    const char *typed;
    enum identifier_error error;
    size_t group;
    const char *text;
    size_t length, wanted;
};

static void expect_mistyped(const struct identifier_form *form, const struct mistyped *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct identifier_problem problem = {0};
        char out[IDENTIFIER_SIZE];
        enum identifier_error error =
            identifier_parse(form, list[i].typed, strlen(list[i].typed), out, &problem);
        if (error != list[i].error || problem.group != list[i].group ||
            strcmp(problem.group_text, list[i].text) != 0 || problem.length != list[i].length ||
            problem.wanted != list[i].wanted)
            fail_msg("\"%s\": %s, group %zu \"%s\", %zu of %zu", list[i].typed, identifier_error_name(error),
                     problem.group, problem.group_text, problem.length, problem.wanted);
    }
}

static void names_the_group_of_a_mistake(void **state)
{
    static const struct mistyped hex[] = {
        /* one digit wrong, with the mark and without; two neighbours swapped */
        {"0123456789abcdef5123456789abcdef/3Q", IDENTIFIER_WRONG_CHECK, 5, "5123", 32, 32},
        {"0123 4567 89AB CDEF 5123 4567 89AB CDEF 3q", IDENTIFIER_WRONG_CHECK, 5, "5123", 32, 32},
        {"https://x/r/0123456789abcdef5123456789abcdef/3Q", IDENTIFIER_WRONG_CHECK, 5, "5123", 32, 32},
        {"0123456789abcdef1023456789abcdef/3Q", IDENTIFIER_WRONG_CHECK, 0, "", 32, 32},
        /* across the end of the name: "f3Q" */
        {"0123456789abcdef0123456789abcde3fQ", IDENTIFIER_WRONG_CHECK, 8, "cde3", 32, 32},
        /* one left out */
        {"012345678abcdef0123456789abcdef/3Q", IDENTIFIER_WRONG_CHECK, 3, "8ab", 31, 32},
        {"0123456789abcdef012345678abcdef3Q", IDENTIFIER_WRONG_CHECK, 7, "8ab", 31, 32},
        {"0123456789abcdef012345678abcdefK9", IDENTIFIER_TOO_SHORT, 0, "", 33, 34},
        {"0123456789abcdef012345678abcdef/K9", IDENTIFIER_TOO_SHORT, 0, "", 33, 34},
        {"0123456789abcdef0123456789abcd/3Q", IDENTIFIER_TOO_SHORT, 0, "", 32, 34},
        {NAME "Q", IDENTIFIER_TOO_SHORT, 0, "", 33, 34},
        /* one too many */
        {"0123456789abcdef01234567899abcdef/3Q", IDENTIFIER_WRONG_CHECK, 7, "899ab", 33, 32},
        {"0123456789abcdef01234567899abcdef3Q", IDENTIFIER_WRONG_CHECK, 7, "899ab", 33, 32},
        {NAME "7/3Q", IDENTIFIER_WRONG_CHECK, 8, "cdef7", 33, 32},
        {"0123456789abcdef01234567899abcdef", IDENTIFIER_TOO_LONG, 0, "", 33, 32},
        {NAME "ABC", IDENTIFIER_TOO_LONG, 0, "", 35, 32},
        {NAME "AB/3Q", IDENTIFIER_TOO_LONG, 0, "", 36, 32},
        /* in the check characters themselves */
        {NAME "/3R", IDENTIFIER_WRONG_CHECK, 9, "3R", 32, 32},
        {NAME "2q", IDENTIFIER_WRONG_CHECK, 9, "2Q", 32, 32},
        {NAME "/Q3", IDENTIFIER_WRONG_CHECK, 9, "Q3", 32, 32},
        {NAME "/X", IDENTIFIER_WRONG_CHECK, 9, "X", 32, 32},
        {NAME "/ABC", IDENTIFIER_WRONG_CHECK, 9, "ABC", 32, 32},
        {NAME "/3", IDENTIFIER_WRONG_CHECK, 9, "3", 32, 32},
        {NAME "/3QQ", IDENTIFIER_WRONG_CHECK, 9, "3QQ", 32, 32},
        {NAME "33Q", IDENTIFIER_WRONG_CHECK, 9, "33Q", 33, 32},
    };
    /* The last one left out, which is a group of its own. */
    static const struct mistyped nine[] = {{"01234567/HA", IDENTIFIER_TOO_SHORT, 0, "", 10, 11}};
    static const struct mistyped serial[] = {
        {"SN12845678/TO", IDENTIFIER_WRONG_CHECK, 2, "8456", 10, 0},
        {"SN1234678/TO", IDENTIFIER_WRONG_CHECK, 2, "346", 9, 0},
        {"SN123455678/TO", IDENTIFIER_WRONG_CHECK, 2, "34556", 11, 0},
        {"SN12345678/TX", IDENTIFIER_WRONG_CHECK, 4, "TX", 10, 0},
        {"SN12345678/ZZ", IDENTIFIER_WRONG_CHECK, 0, "", 10, 0},
        {"SN12345678/T", IDENTIFIER_WRONG_CHECK, 4, "T", 10, 0},
        {"SN1234/TO", IDENTIFIER_TOO_SHORT, 0, "", 8, 0},
        {"TO12345678/TO", IDENTIFIER_NO_MATCH, 0, "", 12, 0},
    };
    struct identifier_form form = form_of("hex", "lower");
    (void)state;

    expect_mistyped(&form, hex, COUNT(hex));
    identifier_form_fini(&form);
    form = form_of("hex:9", "lower");
    expect_mistyped(&form, nine, COUNT(nine));
    identifier_form_fini(&form);
    form = form_of("SN[0-9]{8}", "upper");
    expect_mistyped(&form, serial, COUNT(serial));
    identifier_form_fini(&form);
}

static void refuses_bad_forms(void **state)
{
    static const char *const bad[][2] = {
        {"", "lower"},
        {"hex:", "lower"},
        {"hex:7", "lower"},
        {"hex:65", "lower"},
        {"hex:032", "lower"},
        {"hex:-8", "lower"},
        {"hex:8x", "lower"},
        {"hex32", "lower"},
        {"HEX", "lower"},
        {"UUID", "lower"},
        {"hex", "Lower"},
        {"hex", ""},
        {"[0-9", "lower"},
        {"(abc", "lower"},
        {"abc)|(d", "lower"},
        {"*abc{", "lower"},
        {"([0-9])\\1", "lower"},
        {"SN[0-9]{8}", "lower"},
        {"sn[0-9]{8}", "upper"},
        {"[A-F0-9]{32}", "lower"},
        {"[[:upper:]]{12}", "lower"},
        {"[[:lower:]0-9]{12}", "upper"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        struct identifier_form form = {.kind = 77};
        if (identifier_form_parse(bad[i][0], bad[i][1], &form) != IDENTIFIER_BAD_FORM)
            fail_msg("accepted %s %s", bad[i][0], bad[i][1]);
        assert_int_equal(form.kind, 77);
        assert_null(form.pattern);
    }
    char endless[1024];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    struct identifier_form form;
    assert_int_equal(identifier_form_parse(endless, "keep", &form), IDENTIFIER_BAD_FORM);
}

static void takes_good_forms(void **state)
{
    static const char *const good[][2] = {
        {"hex", "lower"},
        {"hex:8", "upper"},
        {"hex:64", "keep"},
        {"uuid", "upper"},
        {"[A-Za-z0-9]{12}", "lower"},
        {"[[:alnum:]]{12}", "lower"},
        {"[[:upper:]]{12}", "upper"},
        {"[^a-z]{12}", "lower"},
        {"[]a]{12}", "lower"},
        {"SN[0-9]{8}", "upper"},
        {"Sn[0-9]{8}", "keep"},
        {"\\bdev[0-9]{8}", "lower"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        struct identifier_form form = form_of(good[i][0], good[i][1]);
        identifier_form_fini(&form);
        identifier_form_fini(&form);
    }
}

static void knows_thing_names(void **state)
{
    static const char *const bad[] = {"",         "1234567",         "1234567/",   "1234567+",
                                      "1234567 ", "abcdefg\xC3\xA4", NAME NAME "0"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(identifier_is_thing_name(bad[i], strlen(bad[i])));
    assert_false(identifier_is_thing_name("1234567\0", 8));
    assert_true(identifier_is_thing_name("12-4_678", 8));
    assert_true(identifier_is_thing_name(NAME NAME, 64));
}

static void expect_better(const char *typed, const char *better_form, const char *better_case,
                          const char *other_form, const char *other_case)
{
    struct identifier_form forms[] = {form_of(better_form, better_case), form_of(other_form, other_case)};
    struct identifier_problem problems[2];
    char out[IDENTIFIER_SIZE];

    for (size_t i = 0; i < 2; i++)
        assert_int_not_equal(identifier_parse(&forms[i], typed, strlen(typed), out, &problems[i]),
                             IDENTIFIER_OK);
    assert_ptr_equal(identifier_problem_better(&problems[0], &problems[1]), &problems[0]);
    assert_ptr_equal(identifier_problem_better(&problems[1], &problems[0]), &problems[0]);
    identifier_form_fini(&forms[0]);
    identifier_form_fini(&forms[1]);
}

static void chooses_the_better_problem(void **state)
{
    (void)state;

    /* One digit missing of 32, where another account's pattern is just not met. */
    expect_better("0123456789abcdef0123456789abcde", "hex", "lower", "SN[0-9]{8}", "upper");
    /* One wrong letter among 32. */
    expect_better("0123456789abcdeg0123456789abcdef", "hex", "lower", "SN[0-9]{8}", "upper");
    /* A serial number with a wrong digit: "S is no hex digit" would only mislead. */
    expect_better("SN1234567", "SN[0-9]{8}", "upper", "hex", "lower");
    /* A character that no identifier has. */
    expect_better("SN1234567+", "SN[0-9]{8}", "upper", "hex", "lower");
    expect_better("0123456789abcde", "hex:16", "lower", "hex:32", "lower");
    /* The length is right, the check characters are not. */
    expect_better("0123456789abcdef5123456789abcdef/3Q", "hex", "lower", "SN[0-9]{8}", "upper");
    expect_better("0123456789abcdef5123456789abcdef/3Q", "hex", "lower", ".*", "keep");
    expect_better("0123456789abcdef5123456789abcdef3Q", "hex", "lower", "hex:36", "lower");
    expect_better("SN12845678/TO", "SN[0-9]{8}", "upper", "hex", "lower");
}

static void names_its_errors(void **state)
{
    (void)state;
    assert_string_equal(identifier_error_name(IDENTIFIER_TOO_SHORT), "too short");
    assert_string_equal(identifier_error_name(IDENTIFIER_WRONG_CHECK), "wrong check characters");
    assert_string_equal(identifier_error_name(IDENTIFIER_BAD_FORM), "bad form");
    assert_string_equal(identifier_error_name((enum identifier_error)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_breaks_a_topic),
        cmocka_unit_test(refuses_what_cannot_be_seen),
        cmocka_unit_test(refuses_broken_utf8),
        cmocka_unit_test(tells_which_character_and_where),
        cmocka_unit_test(refuses_bad_addresses),
        cmocka_unit_test(refuses_nothing_and_too_much),
        cmocka_unit_test(tells_lengths),
        cmocka_unit_test(takes_check_characters),
        cmocka_unit_test(names_the_group_of_a_mistake),
        cmocka_unit_test(refuses_bad_forms),
        cmocka_unit_test(takes_good_forms),
        cmocka_unit_test(forgives_in_hex),
        cmocka_unit_test(trims_what_is_nothing),
        cmocka_unit_test(finds_the_one_identifier_in_a_longer_text),
        cmocka_unit_test(says_what_a_longer_text_lacks),
        cmocka_unit_test(knows_the_number_of_a_shops_barcode),
        cmocka_unit_test(writes_the_case_of_the_account),
        cmocka_unit_test(puts_the_dashes_into_a_uuid),
        cmocka_unit_test(meets_the_whole_pattern_only),
        cmocka_unit_test(keeps_dashes_that_a_pattern_asks_for),
        cmocka_unit_test(no_pattern_widens_the_alphabet),
        cmocka_unit_test(knows_thing_names),
        cmocka_unit_test(chooses_the_better_problem),
        cmocka_unit_test(names_its_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
