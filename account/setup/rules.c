/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that put the events of devices that arrive or leave into the queue, each with its topic
 * (claim/presence.h). FROM takes one topic filter (IoT, "FROM clause"), so there is a rule for each. */
#include <stdio.h>
#include <string.h>

#include "account/setup/private.h"
#include "claim/presence.h"

static const struct source {
    const char *suffix, *filter;
} sources[] = {{"connected", PRESENCE_TOPIC_CONNECTED},
               {"created", PRESENCE_TOPIC_CREATED},
               {"disconnected", PRESENCE_TOPIC_DISCONNECTED}};

static void role_arn(const struct setup *setup, struct text *out)
{
    text_printf(out, "arn:%s:iam::%s:role/%s-events", setup->account->partition, setup->account->id,
                setup->options->name);
}

static void sql_of(const struct setup_item *item, struct text *out)
{
    text_printf(out, "SELECT *, topic() AS topic FROM '%s'", sources[item->index].filter);
}

static bool find_rule(void *context, const cJSON *item)
{
    struct setup_item *wanted = context;

    if (strcmp(setup_text(item, "ruleName"), wanted->name) == 0)
        wanted->action = SETUP_KEEP;
    return wanted->action != SETUP_KEEP;
}

static void compare(struct setup *setup, struct setup_item *item, const cJSON *rule)
{
    TEXT struct text sql = TEXT_EMPTY;
    TEXT struct text role = TEXT_EMPTY;
    const cJSON *actions = cJSON_GetObjectItemCaseSensitive(rule, "actions");
    const cJSON *sqs = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(actions, 0), "sqs");
    const char *queue = setup->queue_url ? setup->queue_url : "";

    sql_of(item, &sql);
    role_arn(setup, &role);
    if (strcmp(setup_text(rule, "sql"), text_get(&sql)) != 0)
        setup_differs(item, 1, "it selects something else");
    if (cJSON_GetArraySize(actions) != 1 || strcmp(setup_text(sqs, "queueUrl"), queue) != 0 ||
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(sqs, "useBase64")))
        setup_differs(item, 1, "it does not just send to the queue");
    else if (strcmp(setup_text(sqs, "roleArn"), text_get(&role)) != 0)
        setup_differs(item, 1, "it has another role");
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rule, "ruleDisabled")))
        setup_differs(item, 1, "it is disabled");
}

/* GetTopicRule says of a rule that does not exist that access to it is denied. So the list tells. */
static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    const struct iot_call list = {.action = "iot:ListTopicRules", .method = "GET", .path = "/rules"};
    const char *const path[] = {"rules", item->name, NULL};
    JSON cJSON *answer = NULL;

    item->action = SETUP_CREATE;
    enum aws_error error = oem_account_list(setup->account, &list, "rules", find_rule, item, why);
    if (error || item->action == SETUP_CREATE)
        return error;
    error = setup_call(setup->account, "iot:GetTopicRule", "GET", path, NULL, NULL, &answer, why);
    if (!error)
        compare(setup, item, cJSON_GetObjectItemCaseSensitive(answer, "rule"));
    return error;
}

static cJSON *payload(const struct setup *setup, const struct setup_item *item)
{
    TEXT struct text sql = TEXT_EMPTY;
    TEXT struct text role = TEXT_EMPTY;
    cJSON *body = cJSON_CreateObject();
    cJSON *action = cJSON_CreateObject();
    cJSON *sqs = cJSON_AddObjectToObject(action, "sqs");

    sql_of(item, &sql);
    role_arn(setup, &role);
    cJSON_AddStringToObject(body, "sql", text_get(&sql));
    cJSON_AddStringToObject(body, "awsIotSqlVersion", "2016-03-23");
    cJSON_AddStringToObject(body, "description", "Tells the portal of devices (expresslink-claim account)");
    cJSON_AddStringToObject(sqs, "queueUrl", setup->queue_url);
    cJSON_AddStringToObject(sqs, "roleArn", text_get(&role));
    cJSON_AddBoolToObject(sqs, "useBase64", false);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(body, "actions"), action);
    cJSON_AddBoolToObject(body, "ruleDisabled", false);
    return body;
}

/* A new role is not visible everywhere at once. */
static bool is_role_too_new(enum aws_error error, const struct text *said)
{
    return error == AWS_REFUSED && strstr(text_get(said), "role");
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    const char *const path[] = {"rules", item->name, NULL};
    bool is_new = item->action == SETUP_CREATE;

    for (unsigned failed = 1;; failed++) {
        TEXT struct text said = TEXT_EMPTY;
        enum aws_error error =
            setup_call(setup->account, is_new ? "iot:CreateTopicRule" : "iot:ReplaceTopicRule",
                       is_new ? "POST" : "PATCH", path, NULL, payload(setup, item), NULL, &said);
        if (is_role_too_new(error, &said) && setup_wait(setup->account, failed))
            continue;
        if (is_new && error == AWS_CONFLICT) /* an attempt whose answer was lost */
            return AWS_OK;
        if (error)
            text_puts(why, text_get(&said));
        return error;
    }
}

void setup_rule_name(const char *setup_name, size_t index, char out[SETUP_RULE_NAME_SIZE])
{
    snprintf(out, SETUP_RULE_NAME_SIZE, "%s_%s", setup_name, sources[index].suffix);
    for (char *at = out; *at; at++)
        if (*at == '-')
            *at = '_';
}

void setup_add_rules(struct setup *setup)
{
    for (size_t i = 0; i < SETUP_RULES; i++) {
        char name[SETUP_RULE_NAME_SIZE];
        setup_rule_name(setup->options->name, i, name);
        struct setup_item *item = setup_add(setup, "rule", name);
        item->index = i;
        item->look = look;
        item->make = make;
    }
}
