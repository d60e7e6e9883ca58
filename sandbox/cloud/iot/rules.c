/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/iot/topic_rule.h"
#include "sandbox/cloud/store.h"

/* The sandbox has no other actions. */
static bool check(struct iot_call *call)
{
    const cJSON *payload = call->input;
    const cJSON *actions = cJSON_GetObjectItemCaseSensitive(payload, "actions");
    struct iot_rule_sql sql;

    if (!iot_rule_parse(store_text(payload, "sql"), &sql))
        iot_fail(call, IOT_SQL_PARSE, "The sandbox understands SELECT *, topic() AS topic FROM 'FILTER'.");
    else if (cJSON_GetArraySize(actions) != 1 || !iot_rule_queue(payload))
        iot_fail(call, IOT_INVALID, "The sandbox has rules with one action, sqs with a queueUrl.");
    else if (!iot_rule_role(payload))
        iot_fail(call, IOT_INVALID, "The action has no roleArn.");
    else
        iot_check_role(call, iot_rule_role(payload));
    return !call->failed;
}

static const char *const members[] = {"sql", "description", "actions", "ruleDisabled", "awsIotSqlVersion"};
#define MEMBERS (sizeof members / sizeof *members)

static void copy_members(cJSON *out, const cJSON *from)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        const cJSON *member = cJSON_GetObjectItemCaseSensitive(from, members[i]);
        cJSON_DeleteItemFromObjectCaseSensitive(out, members[i]);
        if (member)
            cJSON_AddItemToObject(out, members[i], cJSON_Duplicate(member, true));
    }
}

void iot_create_topic_rule(struct iot_call *call)
{
    const char *name = iot_text(call, "ruleName");

    if (iot_find(call, "rules", name)) {
        iot_fail_exists(call, "rule", name, name);
        return;
    }
    if (!check(call))
        return;
    cJSON *rule = iot_add(call, "rules", name);
    copy_members(rule, call->input);
    iot_changed(call, rule);
}

/* AWS says so, too, of a rule that does not exist. */
static cJSON *wanted_rule(struct iot_call *call)
{
    const char *name = iot_text(call, "ruleName");
    cJSON *rule = iot_find(call, "rules", name);

    if (!rule)
        iot_fail(call, IOT_UNAUTHORIZED, "Access to topic rule '%s' was denied", name);
    return rule;
}

void iot_replace_topic_rule(struct iot_call *call)
{
    cJSON *rule = wanted_rule(call);

    if (!rule || !check(call))
        return;
    copy_members(rule, call->input);
    iot_changed(call, rule);
}

void iot_get_topic_rule(struct iot_call *call)
{
    const cJSON *rule = wanted_rule(call);
    char arn[IOT_ARN_SIZE];

    if (!rule)
        return;
    iot_arn("rule", rule->string, arn);
    iot_set_text(call->output, "ruleArn", arn);
    cJSON *out = cJSON_AddObjectToObject(call->output, "rule");
    iot_set_text(out, "ruleName", rule->string);
    iot_add_time(out, "createdAt", rule, "createdMs");
    copy_members(out, rule);
    iot_set_flag(out, "ruleDisabled", cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rule, "ruleDisabled")));
}

void iot_delete_topic_rule(struct iot_call *call)
{
    const char *name = iot_text(call, "ruleName");

    if (iot_find(call, "rules", name)) /* deleting what does not exist succeeds */
        iot_remove(call, "rules", name);
}

static cJSON *describe(const struct iot_call *call, const cJSON *rule)
{
    cJSON *out = cJSON_CreateObject();
    struct iot_rule_sql sql;
    char arn[IOT_ARN_SIZE];

    (void)call;
    iot_arn("rule", rule->string, arn);
    iot_set_text(out, "ruleArn", arn);
    iot_set_text(out, "ruleName", rule->string);
    if (iot_rule_parse(store_text(rule, "sql"), &sql))
        iot_set_text(out, "topicPattern", sql.filter);
    iot_set_flag(out, "ruleDisabled", cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rule, "ruleDisabled")));
    iot_add_time(out, "createdAt", rule, "createdMs");
    return out;
}

void iot_list_topic_rules(struct iot_call *call)
{
    iot_list_section(call, "rules", "rules", describe);
}
