/* SPDX-License-Identifier: Apache-2.0 */
#include "account/policy/decision.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/unit/test.h"

#define ARN "arn:aws:iot:us-east-1:123456789012:"
#define THING "iot:Connection.Thing."

static const struct policy_request nobody = {.client_id = ""};
static const struct policy_request thing1 = {.client_id = "thing1", .thing_name = "thing1", .attached = true};
static const struct policy_request loose = {.client_id = "thing1", .thing_name = "thing1"};
static const struct policy_request *who = &nobody; /* asks, until a test says otherwise */

/* Texts are written with ' for ", as C has them easily. */
static cJSON *parsed(const char *json)
{
    TEXT struct text text = TEXT_EMPTY;

    text_puts(&text, json);
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == '\'')
            text.data[i] = '"';
    cJSON *document = cJSON_Parse(text_get(&text));
    if (document == NULL)
        fail_msg("the test's own JSON is wrong: %s", json);
    return document;
}

static void check_document(const char *json, const char *action, const char *resource,
                           enum policy_decision wanted, int line)
{
    cJSON *document = parsed(json);
    struct policy_request request = *who;

    request.action = action;
    request.resource = resource;
    enum policy_decision got = policy_decide(document, &request);
    cJSON_Delete(document);
    if (got != wanted)
        fail_msg("line %d: %s on %s is %d, not %d", line, action, resource, (int)got, (int)wanted);
}

static void check_statements(const char *statements, const char *action, const char *resource,
                             enum policy_decision wanted, int line)
{
    TEXT struct text json = TEXT_EMPTY;

    text_printf(&json, "{'Version':'2012-10-17','Statement':%s}", statements);
    check_document(text_get(&json), action, resource, wanted, line);
}

#define REFUSED(statements, action, resource)                                                                \
    check_statements(statements, action, resource, POLICY_NOT_ALLOWED, __LINE__)
#define ALLOWED(statements, action, resource)                                                                \
    check_statements(statements, action, resource, POLICY_ALLOWED, __LINE__)
#define DENIED(statements, action, resource)                                                                 \
    check_statements(statements, action, resource, POLICY_DENIED, __LINE__)
#define NO_POLICY(json) check_document(json, "iot:Publish", ARN "topic/x", POLICY_NOT_ALLOWED, __LINE__)
#define ALLOW(action, resource) "{'Effect':'Allow','Action':'" action "','Resource':'" resource "'}"
#define DENY(action, resource) "{'Effect':'Deny','Action':'" action "','Resource':'" resource "'}"
#define ALLOW_IF(condition) "{'Effect':'Allow','Action':'iot:*','Resource':'*','Condition':" condition "}"
#define DENY_IF(condition) "{'Effect':'Deny','Action':'iot:*','Resource':'*','Condition':" condition "}"

static int ask_as_nobody(void **state)
{
    (void)state;
    who = &nobody;
    return 0;
}

static void what_is_no_policy_allows_nothing(void **state)
{
    (void)state;
    NO_POLICY("{}");
    NO_POLICY("[]");
    NO_POLICY("'Allow'");
    NO_POLICY("{'Statement':[" ALLOW("*", "*") "]}");
    NO_POLICY("{'Version':'2008-10-17','Statement':[" ALLOW("*", "*") "]}");
    NO_POLICY("{'Version':'2012-10-17','Version':'2012-10-17','Statement':[" ALLOW("*", "*") "]}");
    NO_POLICY("{'Version':'2012-10-17','Statements':[" ALLOW("*", "*") "]}");
    NO_POLICY("{'Version':'2012-10-17','Statement':'Allow'}");
    REFUSED("[]", "iot:Publish", ARN "topic/x");
    REFUSED("[5]", "iot:Publish", ARN "topic/x");
    REFUSED("[[" ALLOW("*", "*") "]]", "iot:Publish", ARN "topic/x");
    REFUSED("[null," ALLOW("*", "*") "]", "iot:Publish", ARN "topic/x");
}

static void a_statement_that_is_malformed_spoils_the_document(void **state)
{
    static const char *const malformed[] = {
        "{'Effect':'allow','Action':'*','Resource':'*'}",
        "{'Effect':'ALLOW','Action':'*','Resource':'*'}",
        "{'effect':'Allow','Action':'*','Resource':'*'}",
        "{'Effect':true,'Action':'*','Resource':'*'}",
        "{'Effect':'Allow','Effect':'Allow','Action':'*','Resource':'*'}",
        "{'Action':'*','Resource':'*'}",
        "{'Effect':'Allow','Resource':'*'}",
        "{'Effect':'Allow','Action':'*'}",
        "{'Effect':'Allow','Action':[],'Resource':'*'}",
        "{'Effect':'Allow','Action':[['*']],'Resource':'*'}",
        "{'Effect':'Allow','Action':{'a':'*'},'Resource':'*'}",
        "{'Effect':'Allow','Action':5,'Resource':'*'}",
        "{'Effect':'Allow','Action':['*',5],'Resource':'*'}",
        "{'Effect':'Allow','Action':'*','NotAction':'x','Resource':'*'}",
        "{'Effect':'Allow','Action':'*','Resource':'*','NotResource':'x'}",
        "{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*'}",
        "{'Effect':'Allow','Action':'*','Resource':'*','Condition':[]}",
        "{'Effect':'Allow','Action':'*','Resource':'*','Conditions':{}}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(malformed); i++) {
        TEXT struct text list = TEXT_EMPTY;
        REFUSED(malformed[i], "iot:Publish", ARN "topic/x");
        text_printf(&list, "[%s,%s]", malformed[i], ALLOW("*", "*"));
        REFUSED(text_get(&list), "iot:Publish", ARN "topic/x");
    }
}

static void an_explicit_deny_wins_wherever_it_stands(void **state)
{
    (void)state;
    REFUSED("[" ALLOW("iot:Publish", ARN "topic/a") "]", "iot:Publish", ARN "topic/b");
    REFUSED("[" ALLOW("iot:Publish", ARN "topic/a") "]", "iot:Receive", ARN "topic/a");
    DENIED("[" DENY("iot:*", ARN "topic/a") "]", "iot:Publish", ARN "topic/a");
    DENIED("[" ALLOW("*", "*") "," DENY("*", ARN "topic/a") "]", "iot:Publish", ARN "topic/a");
    DENIED("[" DENY("*", ARN "topic/a") "," ALLOW("*", "*") "]", "iot:Publish", ARN "topic/a");
    ALLOWED("[" DENY("*", ARN "topic/a") "," ALLOW("*", "*") "]", "iot:Publish", ARN "topic/b");
    ALLOWED(ALLOW("iot:Publish", ARN "topic/a"), "iot:Publish", ARN "topic/a");
    ALLOWED("[{'Sid':'s','Effect':'Allow','Action':['iot:Connect','iot:Publish'],"
            "'Resource':['" ARN "topic/b','" ARN "topic/a']}]",
            "iot:Publish", ARN "topic/a");
}

static void actions_are_caseless_and_resources_are_not(void **state)
{
    (void)state;
    ALLOWED(ALLOW("IOT:publish", ARN "topic/a"), "iot:Publish", ARN "topic/a");
    ALLOWED(ALLOW("iot:*ThingShadow", "*"), "iot:GetThingShadow", ARN "thing/a");
    ALLOWED(ALLOW("iot:?ublish", "*"), "iot:Publish", ARN "topic/a");
    REFUSED(ALLOW("iot:Pub", "*"), "iot:Publish", ARN "topic/a");
    REFUSED(ALLOW("iot:${iot:ClientId}", "*"), "iot:thing1", ARN "topic/a");
    REFUSED(ALLOW("iot:Publish", ARN "topic/A"), "iot:Publish", ARN "topic/a");
}

static void what_is_not_named(void **state)
{
#define NOT_ACTION(effect) "{'Effect':'" effect "','NotAction':['iot:Publish','iot:Connect'],'Resource':'*'}"
#define NOT_RESOURCE(effect, resource) "{'Effect':'" effect "','Action':'*','NotResource':'" resource "'}"
    (void)state;
    REFUSED(NOT_ACTION("Allow"), "iot:Publish", ARN "topic/a");
    ALLOWED(NOT_ACTION("Allow"), "iot:Receive", ARN "topic/a");
    DENIED("[" NOT_ACTION("Deny") "," ALLOW("*", "*") "]", "iot:Receive", ARN "topic/a");
    ALLOWED("[" NOT_ACTION("Deny") "," ALLOW("*", "*") "]", "iot:Publish", ARN "topic/a");
    REFUSED(NOT_RESOURCE("Allow", ARN "topic/a*"), "iot:Publish", ARN "topic/ab");
    ALLOWED(NOT_RESOURCE("Allow", ARN "topic/a*"), "iot:Publish", ARN "topic/b");
    REFUSED(NOT_RESOURCE("Allow", ARN "topic/${iot:ClientId}"), "iot:Publish", ARN "topic/b");
    DENIED(NOT_RESOURCE("Deny", ARN "topic/${iot:ClientId}"), "iot:Publish", ARN "topic/b");
}

/* The table of "Using wildcard characters in MQTT and AWS IoT Core policies", and what follows from it. */
static void wildcards_of_policies_are_not_those_of_mqtt(void **state)
{
    static const struct {
        const char *pattern, *filter;
        bool fits;
    } rows[] = {
        {"some/*/topic", "some/+/topic", true},
        {"some/*/topic", "some/a/b/topic", true},
        {"some/*/topic", "some/topic", false},
        {"some/\?\?\?\?\?/topic", "some/topic/topic", true},
        {"some/\?\?\?\?/topic", "some/a/topic", false},
        {"some/+/topic", "some/+/topic", true},
        {"some/+/topic", "some/a/topic", false},
        {"some/#", "some/#", true},
        {"some/#", "some/a", false},
        {"some/*", "some/#", true},
        {"some/*", "some/", true},
        {"*", "", true},
        {"**a**b**", "xaybz", true},
        {"a?", "a", false},
        {"?", "\xc3\xa4", true},
        {"??", "\xc3\xa4", false},
        {"*?", "\xc3\xa4", true},
        {"*\xa4", "\xc3\xa4", false},
        {"*a", "ba", true},
        {"*aab", "aaab", true},
        {"a*b", "ab", true},
        {"a*b", "abc", false},
        {"[a-b]", "a", false},
        {"\\\\*", "*", false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        TEXT struct text statement = TEXT_EMPTY;
        TEXT struct text resource = TEXT_EMPTY;
        text_printf(&statement, "{'Effect':'Allow','Action':'*','Resource':'" ARN "topicfilter/%s'}",
                    rows[i].pattern);
        text_printf(&resource, ARN "topicfilter/%s", rows[i].filter);
        check_statements(text_get(&statement), "iot:Subscribe", text_get(&resource),
                         rows[i].fits ? POLICY_ALLOWED : POLICY_NOT_ALLOWED, (int)i);
    }
}

static void variables(void **state)
{
    static const struct policy_variable more[] = {{"iot:Certificate.Subject.CommonName", "cn"}, {NULL, NULL}};
    struct policy_request request = thing1;
    (void)state;

#define CLIENT ALLOW("iot:Connect", ARN "client/${iot:ClientId}")
#define NAMED ALLOW("iot:Connect", ARN "client/${" THING "ThingName}")
    REFUSED(CLIENT, "iot:Connect", ARN "client/");
    REFUSED(NAMED, "iot:Connect", ARN "client/");
    REFUSED(NAMED, "iot:Connect", ARN "client/${" THING "ThingName}");
    who = &loose;
    ALLOWED(CLIENT, "iot:Connect", ARN "client/thing1");
    REFUSED(NAMED, "iot:Connect", ARN "client/thing1");
    who = &thing1;
    ALLOWED(NAMED, "iot:Connect", ARN "client/thing1");
    ALLOWED(ALLOW("*", "${IOT:clientid}"), "iot:Connect", "thing1");
    REFUSED(NAMED, "iot:Connect", ARN "client/thing2");
    ALLOWED(ALLOW("*", ARN "topic/*/${iot:ClientId}/?"), "iot:Publish", ARN "topic/a/thing1/thing1/b");
    REFUSED(ALLOW("*", ARN "topic/${iot:Certificate.Subject.CommonName}"), "iot:Publish", ARN "topic/cn");
    request.variables = more;
    who = &request;
    ALLOWED(ALLOW("*", ARN "topic/${iot:Certificate.Subject.CommonName}"), "iot:Publish", ARN "topic/cn");
}

static void values_of_variables_are_text(void **state)
{
    struct policy_request request = {.client_id = "*"};
    (void)state;

    who = &request;
    REFUSED(ALLOW("*", ARN "client/${iot:ClientId}"), "iot:Connect", ARN "client/thing1");
    ALLOWED(ALLOW("*", ARN "client/${iot:ClientId}"), "iot:Connect", ARN "client/*");
    request.client_id = "${iot:ClientId}"; /* a value that names itself ends */
    ALLOWED(ALLOW("*", ARN "client/${iot:ClientId}"), "iot:Connect", ARN "client/${iot:ClientId}");
    ALLOWED(ALLOW("*", "a${*}${?}${$}"), "iot:Connect", "a*?$");
    REFUSED(ALLOW("*", "a${*}"), "iot:Connect", "ab");
    ALLOWED(ALLOW("*", "$x{y}$"), "iot:Connect", "$x{y}$");
}

static void variables_that_do_not_resolve(void **state)
{
    static const char *const patterns[] = {
        "${",   "${}",    "${iot:ClientId", "${ iot:ClientId}", "${${iot:ClientId}}", "${aws:SourceIp}",
        "${+}", "*${x}*", "${x, \\\"y\\\"}"};
    (void)state;

    who = &thing1;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        TEXT struct text both = TEXT_EMPTY;
        text_printf(&both, "{'Effect':'Allow','Action':'*','Resource':['*','%s','*']}", patterns[i]);
        REFUSED(text_get(&both), "iot:Publish", ARN "topic/a");
        text_clear(&both);
        text_printf(&both, "{'Effect':'Deny','Action':'*','Resource':['%s','*']}", patterns[i]);
        DENIED(text_get(&both), "iot:Publish", ARN "topic/a");
    }
}

static enum policy_decision decide_default(const char *variable, const char *client_id, const char *resource)
{
    struct policy_request request = {.action = "iot:Publish", .resource = resource, .client_id = client_id};
    TEXT struct text json = TEXT_EMPTY;

    text_printf(&json,
                "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
                "\"Resource\":\"a/${%s, 'none'}\"}}",
                variable);
    cJSON *document = cJSON_Parse(text_get(&json));
    enum policy_decision decision = policy_decide(document, &request);
    cJSON_Delete(document);
    return decision;
}

static void a_default_stands_in_for_a_variable_that_is_absent(void **state)
{
    (void)state;
    assert_int_equal(decide_default("aws:SourceIp", "", "a/none"), POLICY_NOT_ALLOWED); /* it may be there */
    assert_int_equal(decide_default("iot:ClientId", "x", "a/none"), POLICY_NOT_ALLOWED);
    assert_int_equal(decide_default("iot:ClientId", "x", "a/x"), POLICY_ALLOWED);
    assert_int_equal(decide_default("iot:ClientId", "", "a/none"), POLICY_ALLOWED);
}

static void conditions(void **state)
{
#define ATTACHED "{'Bool':{'" THING "IsAttached':['true']}}"
#define ASK(statement, decision) decision(statement, "iot:Publish", ARN "topic/a")
    (void)state;
    who = &loose;
    ASK(ALLOW_IF(ATTACHED), REFUSED);
    who = &thing1;
    ASK(ALLOW_IF(ATTACHED), ALLOWED);
    ASK(ALLOW_IF("{'Bool':{'" THING "IsAttached':true}}"), ALLOWED);
    ASK(ALLOW_IF("{'Bool':{'" THING "IsAttached':'false'}}"), REFUSED);
    ASK(ALLOW_IF("{'StringEquals':{'iot:ClientId':['a','thing1']}}"), ALLOWED);
    ASK(ALLOW_IF("{'StringEquals':{'iot:ClientId':'${" THING "ThingName}'}}"), ALLOWED);
    ASK(ALLOW_IF("{'StringEquals':{'iot:ClientId':'thing*'}}"), REFUSED);
    ASK(ALLOW_IF("{'StringLike':{'iot:ClientId':'thing*'}}"), ALLOWED);
    ASK(ALLOW_IF("{'StringNotLike':{'iot:ClientId':'thing*'}}"), REFUSED);
    ASK(ALLOW_IF("{'StringNotEquals':{'iot:ClientId':['a','b']}}"), ALLOWED);
    ASK(ALLOW_IF("{'StringEquals':{'iot:ClientId':'THING1'}}"), REFUSED);
    ASK(ALLOW_IF("{'StringEqualsIgnoreCase':{'iot:ClientId':'THING1'}}"), ALLOWED);
    ASK(ALLOW_IF("{'StringNotEqualsIgnoreCase':{'iot:ClientId':'THING1'}}"), REFUSED);
    ASK(ALLOW_IF("{'ForAnyValue:StringEquals':{'iot:ClientId':'thing1'}}"), ALLOWED);
    ASK(ALLOW_IF("{'Null':{'" THING "ThingName':'false'}}"), ALLOWED);
    ASK(ALLOW_IF("{}"), ALLOWED);
    ASK(ALLOW_IF("{'Bool':{'" THING "IsAttached':'true'},'StringEquals':{'iot:ClientId':'b'}}"), REFUSED);
    ASK("[" ALLOW("*", "*") "," DENY_IF(ATTACHED) "]", DENIED);
    ASK("[" ALLOW("*", "*") "," DENY_IF("{'StringEquals':{'iot:ClientId':'b'}}") "]", ALLOWED);
}

static void conditions_on_what_is_absent(void **state)
{
    (void)state;
    who = &loose;
    ASK(ALLOW_IF("{'StringEquals':{'" THING "ThingName':'thing1'}}"), REFUSED);
    ASK(ALLOW_IF("{'StringEqualsIfExists':{'" THING "ThingName':'x'}}"), ALLOWED);
    ASK(ALLOW_IF("{'StringNotEquals':{'" THING "ThingName':'x'}}"), ALLOWED);
    ASK(ALLOW_IF("{'ForAllValues:StringEquals':{'" THING "ThingName':'x'}}"), ALLOWED);
    ASK(ALLOW_IF("{'ForAnyValue:StringEquals':{'" THING "ThingName':'x'}}"), REFUSED);
    ASK(ALLOW_IF("{'Null':{'" THING "ThingName':'true'}}"), ALLOWED);
    ASK(ALLOW_IF("{'Null':{'" THING "ThingName':'false'}}"), REFUSED);
}

static void conditions_that_are_not_understood(void **state)
{
    static const char *const unknown[] = {
        "{'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}}",
        "{'StringEquals':{'aws:SourceIp':'10.0.0.1'}}",
        "{'Null':{'aws:SourceIp':'true'}}",
        "{'StringNotEquals':{'aws:SourceIp':'10.0.0.1'}}",
        "{'NumericEquals':{'iot:ClientId':'1'}}",
        "{'StringEqualsX':{'iot:ClientId':'thing1'}}",
        "{'NullIfExists':{'iot:ClientId':'false'}}",
        "{'StringEquals':'thing1'}",
        "{'StringEquals':{'iot:ClientId':5}}",
        "{'StringEquals':{'iot:ClientId':{'a':'thing1'}}}",
        "{'StringEquals':{'iot:ClientId':['thing1','${x}']}}",
        "{'StringEquals':{'iot:ClientId':['${x}','thing1']}}",
        "{'StringNotEquals':{'iot:ClientId':['${x}']}}",
    };
    (void)state;

    who = &thing1;
    for (size_t i = 0; i < COUNT(unknown); i++) {
        TEXT struct text statement = TEXT_EMPTY;
        text_printf(&statement, "{'Effect':'Allow','Action':'*','Resource':'*','Condition':%s}", unknown[i]);
        ASK(text_get(&statement), REFUSED);
        text_clear(&statement);
        text_printf(&statement, "{'Effect':'Deny','Action':'*','Resource':'*','Condition':%s}", unknown[i]);
        ASK(text_get(&statement), DENIED);
    }
}

/* "Connect policy examples": two client ids are denied, others connect as the thing that they are. */
static void the_examples_of_aws_connect(void **state)
{
#define CONNECT_EXAMPLE                                                                                      \
    "[{'Effect':'Deny','Action':['iot:Connect'],'Resource':['" ARN "client/client1','" ARN                   \
    "client/client2']},{'Effect':'Allow','Action':['iot:Connect'],'Resource':['" ARN "client/${" THING       \
    "ThingName}'],'Condition':" ATTACHED "}]"
    (void)state;
    REFUSED(CONNECT_EXAMPLE, "iot:Connect", ARN "client/thing1");
    who = &thing1;
    ALLOWED(CONNECT_EXAMPLE, "iot:Connect", ARN "client/thing1");
    REFUSED(CONNECT_EXAMPLE, "iot:Connect", ARN "client/client3");
    DENIED(CONNECT_EXAMPLE, "iot:Connect", ARN "client/client1");
}

/* "Publish/Subscribe policy examples", "Retained message policy examples". */
static void the_examples_of_aws_publish_and_subscribe(void **state)
{
#define RETAIN_EXAMPLE                                                                                       \
    "[" ALLOW("iot:Connect", ARN                                                                             \
              "client/device1") ",{'Effect':'Allow','Action':['iot:Publish',"                                \
                                "'iot:RetainPublish'],'Resource':['" ARN                                     \
                                "topic/device/sample1']}," ALLOW("iot:Receive", ARN "topic/*") "," ALLOW(    \
                                    "iot:Subscribe", ARN "topicfilter/device/+/data") "]"
    (void)state;
    ALLOWED(RETAIN_EXAMPLE, "iot:RetainPublish", ARN "topic/device/sample1");
    REFUSED(RETAIN_EXAMPLE, "iot:RetainPublish", ARN "topic/device/sample2");
    ALLOWED(RETAIN_EXAMPLE, "iot:Subscribe", ARN "topicfilter/device/+/data");
    REFUSED(RETAIN_EXAMPLE, "iot:Subscribe", ARN "topicfilter/device/1/data");
    ALLOWED(RETAIN_EXAMPLE, "iot:Receive", ARN "topic/device/1/data");
    REFUSED(RETAIN_EXAMPLE, "iot:Receive", ARN "topicfilter/device/1/data");
    REFUSED(RETAIN_EXAMPLE, "iot:Connect", ARN "client/device2");
}

/* Stars by the thousand against what they nearly fit; a second for it would be a thousand times too long. */
static void long_wildcards_end(void **state)
{
    TEXT struct text statement = TEXT_EMPTY;
    TEXT struct text resource = TEXT_EMPTY;
    (void)state;

    text_puts(&statement, "{'Effect':'Allow','Action':'*','Resource':'");
    for (int i = 0; i < 3000; i++)
        text_puts(&statement, i % 3 ? "*a" : "*${iot:ClientId}");
    text_puts(&statement, "b'}");
    for (int i = 0; i < 9000; i++)
        text_puts(&resource, "athing1");
    who = &thing1;
    REFUSED(text_get(&statement), "iot:Publish", text_get(&resource));
    text_puts(&resource, "ab");
    ALLOWED(text_get(&statement), "iot:Publish", text_get(&resource));
}

/* As deep as cJSON reads. */
static void deep_documents(void **state)
{
    static const struct {
        const char *start, *open, *middle, *close, *end;
    } rows[] = {
        {"", "[", ALLOW("*", "*"), "]", ""},
        {"{'Effect':'Allow','Action':", "[", "'*'", "]", ",'Resource':'*'}"},
        {"{'Effect':'Allow','Action':'*','Resource':'*','Condition':", "{'Bool':", "1", "}", "}"},
    };
    (void)state;

    for (size_t row = 0; row < COUNT(rows); row++) {
        TEXT struct text deep = TEXT_EMPTY;
        text_puts(&deep, rows[row].start);
        for (int i = 0; i < CJSON_NESTING_LIMIT - 10; i++)
            text_puts(&deep, rows[row].open);
        text_puts(&deep, rows[row].middle);
        for (int i = 0; i < CJSON_NESTING_LIMIT - 10; i++)
            text_puts(&deep, rows[row].close);
        text_puts(&deep, rows[row].end);
        REFUSED(text_get(&deep), "iot:Publish", ARN "topic/a");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_no_policy_allows_nothing, ask_as_nobody),
        cmocka_unit_test_setup(a_statement_that_is_malformed_spoils_the_document, ask_as_nobody),
        cmocka_unit_test_setup(an_explicit_deny_wins_wherever_it_stands, ask_as_nobody),
        cmocka_unit_test_setup(actions_are_caseless_and_resources_are_not, ask_as_nobody),
        cmocka_unit_test_setup(what_is_not_named, ask_as_nobody),
        cmocka_unit_test_setup(wildcards_of_policies_are_not_those_of_mqtt, ask_as_nobody),
        cmocka_unit_test_setup(variables, ask_as_nobody),
        cmocka_unit_test_setup(values_of_variables_are_text, ask_as_nobody),
        cmocka_unit_test_setup(variables_that_do_not_resolve, ask_as_nobody),
        cmocka_unit_test_setup(a_default_stands_in_for_a_variable_that_is_absent, ask_as_nobody),
        cmocka_unit_test_setup(conditions, ask_as_nobody),
        cmocka_unit_test_setup(conditions_on_what_is_absent, ask_as_nobody),
        cmocka_unit_test_setup(conditions_that_are_not_understood, ask_as_nobody),
        cmocka_unit_test_setup(the_examples_of_aws_connect, ask_as_nobody),
        cmocka_unit_test_setup(the_examples_of_aws_publish_and_subscribe, ask_as_nobody),
        cmocka_unit_test_setup(long_wildcards_end, ask_as_nobody),
        cmocka_unit_test_setup(deep_documents, ask_as_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
