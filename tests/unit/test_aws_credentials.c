/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/credentials.h"

#include <string.h>

#include "tests/unit/test.h"

static void times_that_are_none(void **state)
{
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-11-22",
                                      "2026-11-22T08:00:00",
                                      "2026-11-22 08:00:00Z",
                                      "2026-13-22T08:00:00Z",
                                      "2026-00-22T08:00:00Z",
                                      "2026-11-00T08:00:00Z",
                                      "1969-11-22T08:00:00Z",
                                      "2026-11-22T08:00:00Zx",
                                      "2026-11-22T08:00:00+01",
                                      "2026-11-22T08:00:00+01:00x",
                                      "2026-11-22T08:00:00?01:00",
                                      "tomorrow"};
    long long time = 7;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(aws_credentials_parse_time(bad[i], &time));
    assert_int_equal(time, 7);
}

static void times(void **state)
{
    static const struct {
        const char *text;
        long long seconds;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-22T08:00:00Z", 1795334400},
        {"2026-11-22T08:00:00.123456Z", 1795334400},
        {"2026-11-22T09:00:00+01:00", 1795334400},
        {"2026-11-22T02:30:00-05:30", 1795334400},
    };
    long long time;
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(aws_credentials_parse_time(good[i].text, &time));
        assert_int_equal(time, good[i].seconds * 1000);
    }
}

static void answers_that_are_no_credentials(void **state)
{
    static const struct {
        const char *body, *why;
    } bad[] = {
        {"", "is not a JSON object"},
        {"<html>", "is not a JSON object"},
        {"{\"AccessKeyId\":\"A\"", "is not a JSON object"},
        {"{}", "has no AccessKeyId or no SecretAccessKey"},
        {"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"\"}", "has no AccessKeyId or no SecretAccessKey"},
        {"{\"AccessKeyId\":5,\"SecretAccessKey\":\"hidden\"}", "has no AccessKeyId or no SecretAccessKey"},
        {"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hidden\",\"Expiration\":\"soon\"}",
         "has an Expiration that is not a time"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        struct aws_credentials out = {0};
        TEXT struct text why = TEXT_EMPTY;
        assert_false(aws_credentials_parse(bad[i].body, strlen(bad[i].body), &out, &why));
        assert_null(out.access_key);
        assert_string_equal(text_get(&why), bad[i].why);
    }
}

static void an_answer(void **state)
{
    static const char body[] = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\",\"Token\":\"T\","
                               "\"Expiration\":\"2026-11-22T08:00:00Z\",\"RoleArn\":\"r\"}";
    static const char lasting[] = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}";
    struct aws_credentials out = {0};
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    assert_true(aws_credentials_parse(body, sizeof body - 1, &out, &why));
    assert_string_equal(out.access_key, "A");
    assert_string_equal(out.secret_key, "S");
    assert_string_equal(out.session_token, "T");
    assert_int_equal(out.expires_ms, 1795334400000);
    aws_credentials_fini(&out);
    assert_true(aws_credentials_parse(lasting, sizeof lasting - 1, &out, &why));
    assert_null(out.session_token);
    assert_int_equal(out.expires_ms, 0);
    aws_credentials_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_that_are_none),
        cmocka_unit_test(times),
        cmocka_unit_test(answers_that_are_no_credentials),
        cmocka_unit_test(an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
