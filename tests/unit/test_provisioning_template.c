/* SPDX-License-Identifier: Apache-2.0 */
#include "account/provisioning_template.h"

#include <string.h>

#include "base/memory.h"
#include "tests/unit/test.h"

static struct certificate *certificate; /* CommonName 0123abcd-4567 */

static int make_certificate(void **state)
{
    struct private_key *key = private_key_generate();
    (void)state;

    certificate = certificate_self_signed(key, "0123abcd-4567", 10);
    private_key_free(key);
    return certificate ? 0 : -1;
}

static int free_certificate(void **state)
{
    (void)state;
    certificate_free(certificate);
    return 0;
}

static void refuses(const char *body, const char *words)
{
    JSON cJSON *template = cJSON_Parse(body);
    TEXT struct text name = TEXT_EMPTY, why = TEXT_EMPTY;

    assert_non_null(template);
    assert_false(provisioning_template_try(template, certificate, &name, &why));
    assert_int_equal(name.length, 0);
    if (!strstr(text_get(&why), words))
        fail_msg("%s: %s", body, text_get(&why));
}

#define THING(name)                                                                                          \
    "\"Resources\":{\"t\":{\"Type\":\"AWS::IoT::Thing\",\"Properties\":{\"ThingName\":" name "}}}"

static void what_would_not_be_provisioned_says_why(void **state)
{
    (void)state;
    refuses("{}", "makes no thing");
    refuses("{\"Resources\":{\"t\":{\"Type\":\"AWS::IoT::Policy\",\"Properties\":{\"ThingName\":\"x\"}}}}",
            "makes no thing");
    refuses(
        "{\"Parameters\":{\"AWS::IoT::Certificate::SerialNumber\":{\"Type\":\"String\"}}," THING("\"x\"") "}",
        "needs SerialNumber");
    refuses("{\"Parameters\":{\"Location\":{\"Type\":\"String\"}}," THING("\"x\"") "}",
            "needs the parameter Location");
    refuses("{" THING("{\"Ref\":\"AWS::IoT::Certificate::CommonName\"}") "}", "without declaring it");
    refuses("{" THING("{\"Fn::Sub\":\"x\"}") "}", "not supported");
    refuses("{" THING("{\"Fn::Join\":\"x\"}") "}", "Fn::Join");
    refuses("{" THING("\"\"") "}", "is not a thing name");
    refuses("{" THING("\"a b\"") "}", "is not a thing name");
}

static void makes(const char *body, const char *expected)
{
    JSON cJSON *template = cJSON_Parse(body);
    TEXT struct text name = TEXT_EMPTY, why = TEXT_EMPTY;

    if (!provisioning_template_try(template, certificate, &name, &why))
        fail_msg("%s", text_get(&why));
    assert_string_equal(text_get(&name), expected);
}

static void a_default_is_a_value(void **state)
{
    (void)state;
    makes("{\"Parameters\":{\"L\":{\"Type\":\"String\",\"Default\":\"north\"},"
          "\"AWS::IoT::Certificate::CommonName\":{\"Type\":\"String\"}}," THING(
              "{\"Fn::Join\":[\"-\",[{\"Ref\":\"L\"},{\"Ref\":\"AWS::IoT::Certificate::CommonName\"},\"x\"]]"
              "}") "}",
          "north-0123abcd-4567-x");
    makes("{" THING("\"always-the-same\"") "}", "always-the-same");
}

static void ours_takes_the_name_from_where_it_was_told(void **state)
{
    struct provisioning_options options = {.thing_name_field = "CommonName", .policy_name = "p"};
    JSON cJSON *by_name = provisioning_template_by_certificate(&options);
    options.thing_name_field = "SerialNumber";
    JSON cJSON *by_serial = provisioning_template_by_certificate(&options);
    TEXT struct text name = TEXT_EMPTY, why = TEXT_EMPTY;
    (void)state;

    assert_true(provisioning_template_try(by_name, certificate, &name, &why));
    assert_string_equal(text_get(&name), "0123abcd-4567");
    assert_false(provisioning_template_try(by_serial, certificate, &name, &why));
    assert_string_equal(text_get(&why),
                        "the template needs SerialNumber, but the certificate's subject does not have it");
}

static void looks_like(cJSON *made, const char *expected)
{
    OWNED char *text = cJSON_PrintUnformatted(made);
    JSON cJSON *wanted = cJSON_Parse(expected);

    assert_non_null(wanted);
    if (!cJSON_Compare(made, wanted, true))
        fail_msg("%s", text);
    assert_in_range(strlen(text), 1, PROVISIONING_BODY_MAX);
}

#define REST                                                                                                 \
    "\"certificate\":{\"Type\":\"AWS::IoT::Certificate\",\"Properties\":{\"CertificateId\":"                 \
    "{\"Ref\":\"AWS::IoT::Certificate::Id\"},\"Status\":\"ACTIVE\"}},"                                       \
    "\"policy\":{\"Type\":\"AWS::IoT::Policy\",\"Properties\":{\"PolicyName\":\"p\"}}}}"

static void all_that_a_thing_may_have(void **state)
{
    static const char *const groups[] = {"g1", "g2", NULL};
    static const char *const no_groups[] = {NULL};
    static const struct provisioning_attribute attributes[] = {{"vendor", "acme"}, {NULL, NULL}};
    struct provisioning_options options = {.thing_name_field = "CommonName",
                                           .policy_name = "p",
                                           .thing_type = "type",
                                           .thing_groups = groups,
                                           .attributes = attributes};
    JSON cJSON *full = provisioning_template_by_certificate(&options);
    options = (struct provisioning_options){.policy_name = "p", .thing_groups = no_groups};
    JSON cJSON *claim = provisioning_template_by_claim(&options, "acme-");
    (void)state;

    looks_like(full, "{\"Parameters\":{\"AWS::IoT::Certificate::CommonName\":{\"Type\":\"String\"},"
                     "\"AWS::IoT::Certificate::Id\":{\"Type\":\"String\"}},\"Resources\":{\"thing\":{"
                     "\"Type\":\"AWS::IoT::Thing\",\"Properties\":{\"ThingName\":"
                     "{\"Ref\":\"AWS::IoT::Certificate::CommonName\"},\"ThingTypeName\":\"type\","
                     "\"ThingGroups\":[\"g1\",\"g2\"],\"AttributePayload\":{\"vendor\":\"acme\"}}}," REST);
    looks_like(claim, "{\"Parameters\":{\"SerialNumber\":{\"Type\":\"String\"},"
                      "\"AWS::IoT::Certificate::Id\":{\"Type\":\"String\"}},\"Resources\":{\"thing\":{"
                      "\"Type\":\"AWS::IoT::Thing\",\"Properties\":{\"ThingName\":{\"Fn::Join\":[\"\","
                      "[\"acme-\",{\"Ref\":\"SerialNumber\"}]]}}}," REST);
}

static void what_differs_is_told(void **state)
{
    static const char *const groups[] = {"lamps", "hall", NULL};
    static const struct provisioning_attribute attributes[] = {
        {"vendor", "acme"}, {"year", "1"}, {NULL, NULL}};
    struct provisioning_options options = {.thing_name_field = "CommonName",
                                           .policy_name = "p",
                                           .thing_type = "lamp",
                                           .thing_groups = groups,
                                           .attributes = attributes};
    JSON cJSON *there = provisioning_template_by_certificate(&options);
    TEXT struct text all = TEXT_EMPTY, one = TEXT_EMPTY, other = TEXT_EMPTY;
    (void)state;

    options.thing_type = NULL;
    JSON cJSON *untyped = provisioning_template_by_certificate(&options);
    provisioning_template_differences(untyped, there, &one);
    assert_string_equal(text_get(&one), "thing type none -> lamp");
    options = (struct provisioning_options){.thing_name_field = "SerialNumber", .policy_name = "p"};
    JSON cJSON *bare = provisioning_template_by_certificate(&options);
    provisioning_template_differences(there, bare, &all);
    assert_string_equal(text_get(&all),
                        "thing name Ref=AWS::IoT::Certificate::CommonName -> "
                        "Ref=AWS::IoT::Certificate::SerialNumber; thing type lamp -> none; "
                        "thing groups lamps, hall -> none; attributes vendor=acme, year=1 -> none");
    options.policy_name = "q";
    JSON cJSON *elsewhere = provisioning_template_by_certificate(&options);
    provisioning_template_differences(bare, elsewhere, &other);
    assert_string_equal(text_get(&other), "certificate, policy or parameters differ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_would_not_be_provisioned_says_why),
        cmocka_unit_test(a_default_is_a_value),
        cmocka_unit_test(ours_takes_the_name_from_where_it_was_told),
        cmocka_unit_test(all_that_a_thing_may_have),
        cmocka_unit_test(what_differs_is_told),
    };

    return cmocka_run_group_tests(tests, make_certificate, free_certificate);
}
