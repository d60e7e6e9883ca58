/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/role_trust.h"

#include "base/text.h"
#include "tests/unit/test.h"

static bool lets_in(const char *statements)
{
    TEXT struct text document = TEXT_EMPTY;
    TEXT struct text encoded = TEXT_EMPTY;

    text_printf(&document, "{\"Version\":\"2012-10-17\",\"Statement\":%s}", statements);
    for (const char *at = text_get(&document); *at; at++) /* as IAM does */
        text_printf(&encoded, "%%%02X", (unsigned char)*at);
    return role_trust_lets_iot_in(text_get(&encoded));
}

#define STATEMENT(effect, service, action)                                                                   \
    "{\"Effect\":\"" effect "\",\"Principal\":{\"Service\":" service "},\"Action\":" action "}"
#define IOT "\"iot.amazonaws.com\""
#define EC2 "\"ec2.amazonaws.com\""
#define ASSUME "\"sts:AssumeRole\""

static void others_are_not_aws_iot(void **state)
{
    (void)state;
    assert_false(lets_in("[]"));
    assert_false(lets_in("[" STATEMENT("Allow", EC2, ASSUME) "]"));
    assert_false(lets_in("[" STATEMENT("Deny", IOT, ASSUME) "]"));
    assert_false(lets_in("[" STATEMENT("Allow", IOT, "\"sts:TagSession\"") "]"));
    assert_false(lets_in("[{\"Effect\":\"Allow\",\"Principal\":" IOT ",\"Action\":" ASSUME "}]"));
    assert_false(lets_in("[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":{\"x\":" IOT
                         "}},\"Action\":" ASSUME "}]"));
}

static void aws_iot_is_let_in(void **state)
{
    (void)state;
    assert_true(lets_in("[" STATEMENT("Allow", IOT, ASSUME) "]"));
    assert_true(lets_in(STATEMENT("Allow", IOT, ASSUME)));
    assert_true(lets_in(
        "[" STATEMENT("Allow", EC2, ASSUME) "," STATEMENT("Allow", "[" EC2 "," IOT "]", "[" ASSUME "]") "]"));
    assert_true(lets_in("[" STATEMENT("Allow", IOT, "\"sts:*\"") "]"));
    assert_true(role_trust_lets_iot_in("{\"Statement\":" STATEMENT("Allow", IOT, ASSUME) "}"));
}

static void what_is_no_document_lets_nobody_in(void **state)
{
    static const char *const texts[] = {"", "%", "%7", "%7B%", "%00%7B%7D", "%zz", "[]", "null"};

    (void)state;
    assert_false(role_trust_lets_iot_in(NULL));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(role_trust_lets_iot_in(texts[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_are_not_aws_iot),
        cmocka_unit_test(aws_iot_is_let_in),
        cmocka_unit_test(what_is_no_document_lets_nobody_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
