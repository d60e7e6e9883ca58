/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/endpoint_message.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

#define ADDRESS "a1b2c3d4e5f6g7-ats.iot.eu-central-1.amazonaws.com"
#define TEN "abcdefghi."
#define SIXTY_THREE "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"

static void a_regions_name_is_no_accounts_own(void **state)
{
    static const char *const regional[] = {
        "data.iot.us-east-1.amazonaws.com",     "DATA.IOT.eu-west-1.amazonaws.com",
        "iot.us-east-1.amazonaws.com",          "data-ats.iot.us-east-1.amazonaws.com",
        "data.iot.cn-north-1.amazonaws.com.cn",
    };
    static const char *const own[] = {ADDRESS,
                                      "a1b2c3d4e5f6g7.iot.us-east-1.amazonaws.com",
                                      "data.iot.example.com",
                                      "iot.example.com",
                                      "127.0.0.1",
                                      ".amazonaws.com",
                                      ""};
    (void)state;

    for (size_t i = 0; i < COUNT(regional); i++)
        if (!endpoint_address_is_regional(regional[i]))
            fail_msg("%s", regional[i]);
    for (size_t i = 0; i < COUNT(own); i++)
        if (endpoint_address_is_regional(own[i]))
            fail_msg("%s", own[i]);
}

static void refuses_bad_addresses(void **state)
{
    static const char *const bad[] = {
        "",
        ".",
        "-",
        "a..b",
        ".a",
        "a.",
        "-a",
        "a-",
        "a.-b",
        "a-.b",
        "a b",
        "a_b",
        "a/b",
        "a:8883",
        "a\"b",
        "a\nb",
        "https://a",
        "[::1]",
        "\xC3\xA4.example.com",
        "a\\",
        SIXTY_THREE "x.com",
        TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "abcdefghi",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        if (endpoint_address_valid(bad[i]))
            fail_msg("accepted \"%s\"", bad[i]);
}

static void takes_addresses(void **state)
{
    static const char *const good[] = {
        ADDRESS,
        "localhost",
        "127.0.0.1",
        "A.Example.COM",
        "xn--nxasmq6b",
        "a",
        SIXTY_THREE ".com",
        TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "abcdefgh",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++)
        if (!endpoint_address_valid(good[i]))
            fail_msg("refused \"%s\"", good[i]);
}

static void refuse(const char *payload, size_t length)
{
    char out[ENDPOINT_ADDRESS_MAX + 1] = "untouched";

    if (endpoint_message_parse(payload, length, out))
        fail_msg("accepted %.80s", payload);
    assert_string_equal(out, "untouched");
}

static void refuses_bad_payloads(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "null",
        "[]",
        "\"Endpoint\"",
        "{",
        "{}",
        "{\"endpoint\":\"" ADDRESS "\"}",
        "{\"Endpoint\":null}",
        "{\"Endpoint\":1}",
        "{\"Endpoint\":[\"" ADDRESS "\"]}",
        "{\"Endpoint\":\"\"}",
        "{\"Endpoint\":\"a b\"}",
        "{\"Endpoint\":\"" ADDRESS "\"} x",
        "{\"Endpoint\":\"" ADDRESS "\"}{}",
        "{\"Endpoint\":\"a.example\\u0000.com\"}",
        "{\"Endpoint\":\"" ADDRESS "\"",
        "[{\"Endpoint\":\"" ADDRESS "\"}]",
        "{\"Endpoint\":\"" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "abcdefghi\"}",
    };
    static const char nul[] = "{\"Endpoint\":\"a.example\0.com\"}";
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        refuse(bad[i], strlen(bad[i]));
    refuse(NULL, 0);
    refuse(nul, sizeof nul - 1);
    refuse("{\"Endpoint\":\"" ADDRESS "\"}\0", sizeof "{\"Endpoint\":\"" ADDRESS "\"}");
}

static void refuses_deep_and_long_payloads(void **state)
{
    size_t length = (size_t)1024 * 1024;
    char *payload = malloc(length);
    (void)state;

    assert_non_null(payload);
    memset(payload, '[', length);
    memcpy(payload, "{\"a\":", 5);
    refuse(payload, 100 * 1024);
    refuse(payload, length);
    memset(payload, ' ', length);
    memcpy(payload, "{\"Endpoint\":\"a.b\"}", 18);
    char out[ENDPOINT_ADDRESS_MAX + 1];
    assert_true(endpoint_message_parse(payload, 128 * 1024, out));
    refuse(payload, 128 * 1024 + 1);
    free(payload);
}

static void reads_what_the_guide_shows(void **state)
{
    static const char *const good[] = {
        "{\"Endpoint\":\"" ADDRESS "\"}",
        "{\"Endpoint\" : \"" ADDRESS "\"}",
        " {\n\t\"other\": {\"Endpoint\": 1}, \"Endpoint\":\"" ADDRESS "\" }\r\n",
        "{\"endpoint\":\"elsewhere\",\"Endpoint\":\"" ADDRESS "\"}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        char out[ENDPOINT_ADDRESS_MAX + 1] = "";
        assert_true(endpoint_message_parse(good[i], strlen(good[i]), out));
        assert_string_equal(out, ADDRESS);
    }
}

static void writes_topic_and_payload(void **state)
{
    char topic[ENDPOINT_TOPIC_SIZE];
    char payload[ENDPOINT_PAYLOAD_SIZE];
    char name[65];
    (void)state;

    endpoint_message_topic("0123456789abcdef", topic);
    assert_string_equal(topic, "0123456789abcdef/expresslink_config");
    memset(name, 'x', 64);
    name[64] = '\0';
    endpoint_message_topic(name, topic);
    assert_int_equal(strlen(topic), 64 + strlen("/expresslink_config"));

    size_t length = endpoint_message_payload(ADDRESS, payload);
    assert_string_equal(payload, "{\"Endpoint\":\"" ADDRESS "\"}");
    assert_int_equal(length, strlen(payload));
}

static void longest_address_comes_back(void **state)
{
    static const char longest[] = TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "abcdefgh";
    char payload[ENDPOINT_PAYLOAD_SIZE];
    char out[ENDPOINT_ADDRESS_MAX + 1];
    (void)state;

    size_t length = endpoint_message_payload(longest, payload);
    assert_true(endpoint_message_parse(payload, length, out));
    assert_string_equal(out, longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_regions_name_is_no_accounts_own),
        cmocka_unit_test(refuses_bad_addresses),
        cmocka_unit_test(takes_addresses),
        cmocka_unit_test(refuses_bad_payloads),
        cmocka_unit_test(refuses_deep_and_long_payloads),
        cmocka_unit_test(reads_what_the_guide_shows),
        cmocka_unit_test(writes_topic_and_payload),
        cmocka_unit_test(longest_address_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
