/* SPDX-License-Identifier: Apache-2.0 */
#include "account/policy/document.h"

#include <string.h>

#include "account/policy/decision.h"
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
    JSON cJSON *policy = policy_document_module(&scope);
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
    JSON cJSON *module = policy_document_module(&longest);
    JSON cJSON *observer = policy_document_observer(&longest, client_id);
    JSON cJSON *claim = policy_document_fleet_claim(&longest, "a-name-of-thirty-six-characters-xxxx");
    const cJSON *const all[] = {module, observer, claim};
    (void)state;

    for (size_t i = 0; i < COUNT(all); i++) {
        OWNED char *text = cJSON_PrintUnformatted(all[i]);
        assert_in_range(strlen(text), 1, POLICY_MAX);
    }
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
        cmocka_unit_test(what_says_the_same_is_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
