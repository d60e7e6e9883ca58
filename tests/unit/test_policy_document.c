/* SPDX-License-Identifier: Apache-2.0 */
#include "account/policy/document.h"

#include <string.h>

#include "account/policy/decision.h"
#include "account/policy/grants.h"
#include "base/memory.h"
#include "tests/unit/test.h"

#define PREFIX "arn:aws:iot:us-east-1:123456789012:"
#define POLICY_MAX 2048 /* characters of a policy of AWS IoT, white space not counted */

static const struct policy_scope scope = {PREFIX};
static const struct policy_scope longest = {"arn:aws-us-gov:iot:us-gov-west-1:123456789012:"};

struct row {
    const char *action, *resource;
    bool allowed;
};

static void check(const cJSON *policy, const struct policy_request *as, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct policy_request request = *as;
        request.action = rows[i].action;
        request.resource = rows[i].resource;
        if ((policy_decide(policy, &request) == POLICY_ALLOWED) != rows[i].allowed)
            fail_msg("%s on %s should%s be allowed", rows[i].action, rows[i].resource,
                     rows[i].allowed ? "" : " not");
    }
}

static void a_module_has_its_own_topics(void **state)
{
    static const struct row rows[] = {
        {"iot:Connect", PREFIX "client/m1", true},
        {"iot:Connect", PREFIX "client/m2", false},
        {"iot:Publish", PREFIX "topic/m1/telemetry/x", true},
        {"iot:Publish", PREFIX "topic/m2/telemetry", false},
        {"iot:Publish", PREFIX "topic/m1", false},
        {"iot:Publish", PREFIX "topic/m11/x", false},
        {"iot:RetainPublish", PREFIX "topic/m1/x", false},
        {"iot:Receive", PREFIX "topic/m1/commands", true},
        {"iot:Subscribe", PREFIX "topicfilter/m1/#", true},
        {"iot:Subscribe", PREFIX "topicfilter/#", false},
        {"iot:Subscribe", PREFIX "topicfilter/+/x", false},
        {"iot:Publish", PREFIX "topic/$aws/things/m1/shadow/update", true},
        {"iot:Publish", PREFIX "topic/$aws/things/m1/shadow/name/wifi/get", true},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/things/m1/jobs/notify-next", true},
        {"iot:Publish", PREFIX "topic/$aws/things/m1/jobs/start-next", true},
        {"iot:Publish", PREFIX "topic/$aws/things/m1/streams/s/get/json", true},
        {"iot:Receive", PREFIX "topic/$aws/things/m1/streams/s/data/json", true},
        {"iot:Publish", PREFIX "topic/$aws/things/m1/defender/metrics/json", true},
        {"iot:Publish", PREFIX "topic/$aws/things/m2/shadow/update", false},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/events/thing/+/created", false},
        {"iot:Publish", PREFIX "topic/$aws/rules/r", false},
    };
    const struct policy_request attached = {.client_id = "m1", .thing_name = "m1", .attached = true};
    struct policy_request detached = attached;
    const struct row none = {"iot:Connect", PREFIX "client/m1", false};
    JSON cJSON *policy = policy_document_module(&scope, NULL);
    (void)state;

    assert_true(policy_is_valid(policy));
    check(policy, &attached, rows, COUNT(rows));
    detached.attached = false;
    check(policy, &detached, &none, 1);
}

static void the_observer_hears_three_topics(void **state)
{
    static const struct row rows[] = {
        {"iot:Connect", PREFIX "client/portal-observer", true},
        {"iot:Connect", PREFIX "client/portal-observer-claim", true}, /* expresslink-claim claim --wait */
        {"iot:Connect", PREFIX "client/portal-observer-other", false},
        {"iot:Connect", PREFIX "client/m1", false},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/events/thing/+/created", true},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/events/presence/connected/+", true},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/events/presence/connected/#", true},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/events/presence/disconnected/m1", true},
        {"iot:Receive", PREFIX "topic/$aws/events/thing/m1/created", true},
        {"iot:Receive", PREFIX "topic/$aws/events/presence/connected/m1", true},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/events/#", false},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/events/thing/+/deleted", false},
        {"iot:Publish", PREFIX "topic/$aws/events/thing/m1/created", false},
        {"iot:Publish", PREFIX "topic/x", false},
    };
    const struct policy_request as = {.client_id = "portal-observer"};
    JSON cJSON *policy = policy_document_observer(&scope, "portal-observer");
    (void)state;

    assert_true(policy_is_valid(policy));
    check(policy, &as, rows, COUNT(rows));
}

static void a_claim_certificate_only_provisions(void **state)
{
    static const struct row rows[] = {
        {"iot:Connect", PREFIX "client/anything", true},
        {"iot:Publish", PREFIX "topic/$aws/certificates/create/json", true},
        {"iot:Publish", PREFIX "topic/$aws/certificates/create-from-csr/json", true},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/certificates/create/json/accepted", true},
        {"iot:Publish", PREFIX "topic/$aws/provisioning-templates/fleet/provision/json", true},
        {"iot:Receive", PREFIX "topic/$aws/provisioning-templates/fleet/provision/json/rejected", true},
        {"iot:Publish", PREFIX "topic/$aws/provisioning-templates/other/provision/json", false},
        {"iot:Publish", PREFIX "topic/m1/x", false},
        {"iot:Subscribe", PREFIX "topicfilter/#", false},
    };
    const struct policy_request as = {.client_id = "anything"};
    JSON cJSON *policy = policy_document_fleet_claim(&scope, "fleet");
    (void)state;

    assert_true(policy_is_valid(policy));
    check(policy, &as, rows, COUNT(rows));
}

static void each_fits_into_a_policy(void **state)
{
    char client_id[129];
    memset(client_id, 'c', 128);
    client_id[128] = '\0';
    JSON cJSON *module = policy_document_module(&longest, NULL);
    JSON cJSON *observer = policy_document_observer(&longest, client_id);
    JSON cJSON *claim = policy_document_fleet_claim(&longest, "a-name-of-thirty-six-characters-xxxx");
    const cJSON *const all[] = {module, observer, claim};
    (void)state;

    for (size_t i = 0; i < COUNT(all); i++) {
        OWNED char *text = cJSON_PrintUnformatted(all[i]);
        assert_in_range(strlen(text), 1, POLICY_MAX);
    }
}

static const char *const published[] = {"data", "sensor1/state", "fleet/${thing}/up", NULL};
static const char *const subscribed[] = {"cmd/${thing}/+", "news/#", NULL};
static const char *const ruled[] = {"store", "$aws/rules/alarm/${thing}", NULL};
static const struct policy_topics topics = {published, subscribed, ruled};

static void a_product_has_topics_of_its_own(void **state)
{
    static const struct row rows[] = {
        {"iot:Publish", PREFIX "topic/data", true},
        {"iot:Publish", PREFIX "topic/data/x", false},
        {"iot:Publish", PREFIX "topic/sensor1/state", true},
        {"iot:Publish", PREFIX "topic/fleet/m1/up", true},
        {"iot:Publish", PREFIX "topic/fleet/m2/up", false},
        {"iot:Receive", PREFIX "topic/data", false},
        {"iot:Subscribe", PREFIX "topicfilter/data", false},
        {"iot:Subscribe", PREFIX "topicfilter/cmd/m1/+", true},
        {"iot:Subscribe", PREFIX "topicfilter/cmd/m1/set", false},
        {"iot:Subscribe", PREFIX "topicfilter/cmd/m2/+", false},
        {"iot:Receive", PREFIX "topic/cmd/m1/set", true},
        {"iot:Receive", PREFIX "topic/cmd/m2/set", false},
        {"iot:Subscribe", PREFIX "topicfilter/news/#", true},
        {"iot:Receive", PREFIX "topic/news/today/noon", true},
        {"iot:Publish", PREFIX "topic/news/today", false},
        {"iot:Publish", PREFIX "topic/$aws/rules/store", true},
        {"iot:Publish", PREFIX "topic/$aws/rules/store/a/b", true},
        {"iot:Publish", PREFIX "topic/$aws/rules/store2", false},
        {"iot:Publish", PREFIX "topic/$aws/rules/alarm/m1/fire", true},
        {"iot:Publish", PREFIX "topic/$aws/rules/alarm/m2/fire", false},
        {"iot:Publish", PREFIX "topic/m1/telemetry", true}, /* as ever */
        {"iot:Publish", PREFIX "topic/$aws/things/m1/shadow/update", true},
        {"iot:Subscribe", PREFIX "topicfilter/$aws/things/m1/jobs/notify-next", true},
        {"iot:Publish", PREFIX "topic/$aws/things/m2/shadow/update", false},
    };
    const struct policy_request attached = {.client_id = "m1", .thing_name = "m1", .attached = true};
    JSON cJSON *policy = policy_document_module(&scope, &topics);
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    assert_true(policy_is_valid(policy));
    check(policy, &attached, rows, COUNT(rows));
    assert_true(policy_document_fits(policy, &why));
}

static void a_policy_that_is_too_long_is_told(void **state)
{
    char topic[257];
    const char *const many[] = {topic, topic, topic, topic, topic, topic, topic, topic, NULL};
    const struct policy_topics too_many = {many, NULL, NULL};
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    memset(topic, 't', 256);
    topic[256] = '\0';
    JSON cJSON *policy = policy_document_module(&scope, &too_many);
    assert_false(policy_document_fits(policy, &why));
    assert_non_null(strstr(text_get(&why), "AWS IoT takes 2048"));
}

/* Where `says` is NULL, the topic is fine. */
static void topics_are_checked(void **state)
{
    static const struct {
        enum policy_topic_use use;
        const char *topic, *says;
    } rows[] = {
        {POLICY_TOPIC_PUBLISH, "", "empty"},
        {POLICY_TOPIC_PUBLISH, "a/+", "without + and #"},
        {POLICY_TOPIC_PUBLISH, "a/#", "without + and #"},
        {POLICY_TOPIC_PUBLISH, "a/*", "* and ?"},
        {POLICY_TOPIC_SUBSCRIBE, "a?", "* and ?"},
        {POLICY_TOPIC_PUBLISH, "a/${iot:ClientId}", "only variable"},
        {POLICY_TOPIC_PUBLISH, "a\x01", "invisible"},
        {POLICY_TOPIC_PUBLISH, "a\xff", "UTF-8"},
        {POLICY_TOPIC_PUBLISH, "a/\xe2\x80\x8b", "invisible"},
        {POLICY_TOPIC_PUBLISH, "$aws/rules/store/x", "--basic-ingest"},
        {POLICY_TOPIC_SUBSCRIBE, "$aws/events/#", "AWS's own"},
        {POLICY_TOPIC_PUBLISH, "1/2/3/4/5/6/7/8/9", "8 slashes"},
        {POLICY_TOPIC_SUBSCRIBE, "a/b+", "whole level"},
        {POLICY_TOPIC_SUBSCRIBE, "a+/b", "whole level"},
        {POLICY_TOPIC_SUBSCRIBE, "a/#/b", "whole level"},
        {POLICY_TOPIC_SUBSCRIBE, "a#", "whole level"},
        {POLICY_TOPIC_PUBLISH, "0123456789abcdefABCDEF9876543210/x", "${thing}"},
        {POLICY_TOPIC_SUBSCRIBE, "01234567-89ab-cdef-0123-456789abcdef/+", "${thing}"},
        {POLICY_TOPIC_RULE, "my-rule", "rule's name"},
        {POLICY_TOPIC_RULE, "/x", "rule's name"},
        {POLICY_TOPIC_RULE, "$aws/rules/", "rule's name"},
        {POLICY_TOPIC_RULE, "store/+", "+ and #"},
        {POLICY_TOPIC_RULE, "store/1/2/3/4/5/6/7/8/9", "8 slashes"},
        {POLICY_TOPIC_PUBLISH, "1/2/3/4/5/6/7/8", NULL},
        {POLICY_TOPIC_PUBLISH, "${thing}/data", NULL},
        {POLICY_TOPIC_PUBLISH, "caf\xc3\xa9/state", NULL},
        {POLICY_TOPIC_PUBLISH, "0123456789abcdef0123456789abcdeg/x", NULL},
        {POLICY_TOPIC_PUBLISH, "01234567-89ab-cdef-0123-456789abcdef-1/x", NULL},
        {POLICY_TOPIC_RULE, "0123456789abcdef0123456789abcdef", NULL},
        {POLICY_TOPIC_SUBSCRIBE, "+/a/#", NULL},
        {POLICY_TOPIC_SUBSCRIBE, "#", NULL},
        {POLICY_TOPIC_RULE, "store", NULL},
        {POLICY_TOPIC_RULE, "$aws/rules/store/1/2/3/4/5/6/7/8", NULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        TEXT struct text why = TEXT_EMPTY;
        bool fine = policy_topic_check(rows[i].use, rows[i].topic, &why);
        if (fine != !rows[i].says || (rows[i].says && !strstr(text_get(&why), rows[i].says)))
            fail_msg("%s: %s", rows[i].topic, text_get(&why));
    }
}

static void a_topic_has_256_bytes_with_the_longest_name(void **state)
{
    TEXT struct text topic = TEXT_EMPTY, why = TEXT_EMPTY;
    (void)state;

    text_puts(&topic, "${thing}/");
    for (int i = 0; i < 256 - 65; i++)
        text_puts(&topic, "x");
    assert_true(policy_topic_check(POLICY_TOPIC_PUBLISH, text_get(&topic), &why));
    text_puts(&topic, "x");
    assert_false(policy_topic_check(POLICY_TOPIC_PUBLISH, text_get(&topic), &why));
    assert_non_null(strstr(text_get(&why), "257 bytes"));
}

static void add_name(void *context, const char *name)
{
    struct text *names = context;

    text_printf(names, "%s%s", names->length ? ", " : "", name);
}

static void grants_are_what_a_policy_means(void **state)
{
    GRANTS struct policy_grants ours = {0}, again = {0};
    TEXT struct text words = TEXT_EMPTY;
    JSON cJSON *policy = policy_document_module(&scope, &topics);
    (void)state;

    policy_grants_add(&ours, policy);
    JSON cJSON *rebuilt = policy_grants_document(&ours);
    assert_true(policy_is_valid(rebuilt));
    policy_grants_add(&again, rebuilt);
    assert_int_equal(again.count, ours.count);
    for (size_t i = 0; i < ours.count; i++)
        assert_true(policy_grants_have(&again, ours.items[i].key));
    assert_true(policy_document_fits(rebuilt, &words));
    policy_allowed(policy, "iot:Publish", add_name, &words);
    assert_string_equal(text_get(&words),
                        "${thing}/*, $aws/things/${thing}/*, data, sensor1/state, fleet/${thing}/up, "
                        "$aws/rules/store, $aws/rules/store/*, $aws/rules/alarm/${thing}, "
                        "$aws/rules/alarm/${thing}/*");
}

/* A statement of a kind that is not taken apart stays as it is, and a Deny is told. */
static void other_statements_stay_whole(void **state)
{
    JSON cJSON *policy = cJSON_Parse(
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"NotAction\":\"iot:Connect\","
        "\"Resource\":[\"*\"]},{\"Sid\":\"x\",\"Effect\":\"Deny\",\"Action\":[\"iot:Publish\"],\"Resource\":"
        "\"arn:aws:iot:us-east-1:123456789012:topic/x\"}]}");
    GRANTS struct policy_grants grants = {0};
    TEXT struct text words = TEXT_EMPTY;
    (void)state;

    policy_grants_add(&grants, policy);
    assert_int_equal(grants.count, 2);
    policy_grant_words(grants.items[1].statement, &words);
    assert_string_equal(text_get(&words), "may not iot:Publish topic/x");
    JSON cJSON *rebuilt = policy_grants_document(&grants);
    const cJSON *statements = cJSON_GetObjectItem(rebuilt, "Statement");
    assert_true(cJSON_Compare(cJSON_GetArrayItem(statements, 0),
                              cJSON_GetArrayItem(cJSON_GetObjectItem(policy, "Statement"), 0), true));
}

static void what_says_the_same_is_the_same(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"{\"a\":1,\"b\":\"x\"}", "{\"b\":\"x\",\"a\":1}", true},
        {"{\"a\":[\"x\",\"y\"]}", "{\"a\":[\"y\",\"x\"]}", true},
        {"{\"a\":[\"x\"]}", "{\"a\":\"x\"}", true},
        {"{\"a\":\"x\"}", "{\"a\":[\"x\"]}", true},
        {"{\"a\":[{\"b\":[1,2]},{\"c\":3}]}", "{\"a\":[{\"c\":3},{\"b\":[2,1]}]}", true},
        {"{\"a\":{\"b\":1}}", "{\"a\":[{\"b\":1}]}", true},
        {"{\"a\":[\"x\",\"x\",\"y\"]}", "{\"a\":[\"x\",\"y\",\"y\"]}", false},
        {"{\"a\":[\"x\",\"x\"]}", "{\"a\":[\"x\"]}", false},
        {"{\"a\":\"x\"}", "{\"a\":\"X\"}", false},
        {"{\"a\":\"x\"}", "{\"A\":\"x\"}", false},
        {"{\"a\":\"x\"}", "{\"a\":\"x\",\"b\":\"y\"}", false},
        {"{\"a\":\"x\",\"b\":\"y\"}", "{\"a\":\"x\"}", false},
        {"{\"a\":[]}", "{\"a\":\"x\"}", false},
        {"{\"a\":true}", "{\"a\":\"true\"}", false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        JSON cJSON *a = cJSON_Parse(rows[i].a);
        JSON cJSON *b = cJSON_Parse(rows[i].b);
        if (policy_document_same(a, b) != rows[i].same)
            fail_msg("%s and %s", rows[i].a, rows[i].b);
    }
    assert_true(policy_document_same(NULL, NULL));
    JSON cJSON *one = cJSON_Parse("{}");
    assert_false(policy_document_same(one, NULL));
    assert_false(policy_document_same(NULL, one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_has_its_own_topics),
        cmocka_unit_test(the_observer_hears_three_topics),
        cmocka_unit_test(a_claim_certificate_only_provisions),
        cmocka_unit_test(each_fits_into_a_policy),
        cmocka_unit_test(a_product_has_topics_of_its_own),
        cmocka_unit_test(a_policy_that_is_too_long_is_told),
        cmocka_unit_test(topics_are_checked),
        cmocka_unit_test(a_topic_has_256_bytes_with_the_longest_name),
        cmocka_unit_test(grants_are_what_a_policy_means),
        cmocka_unit_test(other_statements_stay_whole),
        cmocka_unit_test(what_says_the_same_is_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
