/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/refusal.h"

#include <string.h>

#include "tests/unit/test.h"

static void check(const char *type, const char *body, const char *code, const char *message)
{
    char read[AWS_CODE_SIZE];
    TEXT struct text said = TEXT_EMPTY;

    aws_refusal_read(type, body, strlen(body), read, &said);
    assert_string_equal(read, code);
    assert_string_equal(text_get(&said), message);
}

static void what_says_nothing_gives_nothing(void **state)
{
    (void)state;
    check("", "", "", "");
    check("", "<html>502 Bad Gateway</html>", "", "");
    check("", "{\"message\":5,\"__type\":[]}", "", "");
    check("", "<Code>A</Code><Message>b</Message>", "", "");
    check("", "<Error><Code>A<Message>b", "", "");
    check("", "<Error><Code></Code><Message></Message></Error>", "", "");
    check("", "[{\"message\":\"a\"}]", "", "");
}

static void json_in_its_spellings(void **state)
{
    (void)state;
    check("ValidationException:http://internal.amazon.com/x/", "{\"message\":\"no\"}", "ValidationException",
          "no");
    check("", "{\"__type\":\"aws.iot#ThrottlingException\",\"Message\":\"slower\"}", "ThrottlingException",
          "slower");
    check("", "{\"code\":\"X\",\"message\":\"y\"}", "X", "y");
    check("FromHeader", "{\"code\":\"FromBody\"}", "FromHeader", "");
}

static void xml_of_s3(void **state)
{
    (void)state;
    check("",
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code><Message>It "
          "&lt;does&gt; "
          "not &amp;amp; exist</Message><BucketName>b</BucketName></Error>",
          "NoSuchBucket", "It <does> not &amp; exist");
    check("", "<Error><Message>only &bogus; this</Message></Error>", "", "only &bogus; this");
}

static void a_message_is_one_clean_line(void **state)
{
    char code[AWS_CODE_SIZE];
    TEXT struct text body = TEXT_EMPTY;
    TEXT struct text said = TEXT_EMPTY;
    (void)state;

    check("", "{\"message\":\"a\\nb\\u001b[31mc\\u202ed\"}", "", "a b [31mc d");
    check("", "<Error><Message>\xff\xc3\xa4</Message></Error>", "", "?\xc3\xa4");
    text_printf(&body, "{\"message\":\"%08000d\"}", 0);
    aws_refusal_read("", text_get(&body), body.length, code, &said);
    assert_in_range(said.length, AWS_MESSAGE_MAX - 10, AWS_MESSAGE_MAX);
}

static void a_code_is_bounded_and_printable(void **state)
{
    char type[500], code[AWS_CODE_SIZE];
    TEXT struct text said = TEXT_EMPTY;
    (void)state;

    memset(type, 'T', sizeof type - 1);
    type[sizeof type - 1] = '\0';
    aws_refusal_read(type, "", 0, code, &said);
    assert_int_equal(strlen(code), AWS_CODE_SIZE - 1);
    check("A b\x1b"
          "c\xc3\xa4",
          "", "Abc", "");
}

static void kinds(void **state)
{
    static const struct {
        long status;
        const char *code, *message;
        enum aws_refusal kind;
    } rows[] = {
        {400, "ValidationException", "", AWS_REFUSAL_FINAL},
        {501, "NotImplemented", "", AWS_REFUSAL_FINAL},
        {403, "AccessDeniedException", "the token of the profile", AWS_REFUSAL_FINAL},
        {400, "", "The token has expired", AWS_REFUSAL_FINAL},
        {429, "", "", AWS_REFUSAL_THROTTLED},
        {400, "ThrottlingException", "", AWS_REFUSAL_THROTTLED},
        {503, "SlowDown", "", AWS_REFUSAL_THROTTLED},
        {500, "", "", AWS_REFUSAL_BUSY},
        {502, "", "", AWS_REFUSAL_BUSY},
        {503, "ServiceUnavailable", "", AWS_REFUSAL_BUSY},
        {504, "", "", AWS_REFUSAL_BUSY},
        {400, "RequestTimeout", "", AWS_REFUSAL_BUSY},
        {400, "ExpiredToken", "", AWS_REFUSAL_EXPIRED},
        {403, "ExpiredTokenException", "", AWS_REFUSAL_EXPIRED},
        {403, "", "The security token included in the request is expired", AWS_REFUSAL_EXPIRED},
        {403, "InvalidSignatureException", "Signature expired: 20261122T000000Z", AWS_REFUSAL_CLOCK},
        {403, "RequestTimeTooSkewed", "", AWS_REFUSAL_CLOCK},
        {403, "SignatureDoesNotMatch", "", AWS_REFUSAL_CLOCK},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(aws_refusal_kind(rows[i].status, rows[i].code, rows[i].message), rows[i].kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_says_nothing_gives_nothing),
        cmocka_unit_test(json_in_its_spellings),
        cmocka_unit_test(xml_of_s3),
        cmocka_unit_test(a_message_is_one_clean_line),
        cmocka_unit_test(a_code_is_bounded_and_printable),
        cmocka_unit_test(kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
