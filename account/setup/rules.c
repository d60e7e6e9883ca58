/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that put the events of devices that arrive or leave into the queue, each with its topic
 * (claim/presence.h). FROM takes one topic filter (IoT, "FROM clause"), so there is a rule for each. */
#include <stdio.h>
#include <string.h>

#include "account/setup/private.h"
#include "aws/encoding.h"
#include "base/percent.h"
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

#define SQL "sql"
#define ACTIONS "actions"
#define DISABLED "disabled"

/* Owned. */
static cJSON *actions_of(const struct setup *setup)
{
    TEXT struct text role = TEXT_EMPTY;
    cJSON *list = cJSON_CreateArray(), *action = cJSON_CreateObject();
    cJSON *sqs = cJSON_AddObjectToObject(action, "sqs");

    role_arn(setup, &role);
    cJSON_AddStringToObject(sqs, "queueUrl", setup->queue_url ? setup->queue_url : "");
    cJSON_AddStringToObject(sqs, "roleArn", text_get(&role));
    cJSON_AddBoolToObject(sqs, "useBase64", false);
    cJSON_AddItemToArray(list, action);
    return list;
}

/* The actions of a rule, so that equal ones have equal texts: useBase64 is false where it is missing. */
static void actions_text(const cJSON *actions, struct text *out)
{
    JSON cJSON *copy = cJSON_Duplicate(actions, true);
    const cJSON *action;

    cJSON_ArrayForEach(action, copy)
    {
        cJSON *sqs = cJSON_GetObjectItemCaseSensitive(action, "sqs");
        if (sqs && !cJSON_GetObjectItemCaseSensitive(sqs, "useBase64"))
            cJSON_AddBoolToObject(sqs, "useBase64", false);
    }
    if (copy)
        json_canonical(copy, out);
}

static void want(const struct setup *setup, struct setup_item *item)
{
    TEXT struct text sql = TEXT_EMPTY, actions = TEXT_EMPTY;
    JSON cJSON *list = actions_of(setup);

    sql_of(item, &sql);
    actions_text(list, &actions);
    setup_parts_wanted(&item->parts, SQL, text_get(&sql), "it selects something else");
    setup_parts_wanted(&item->parts, ACTIONS, text_get(&actions), "it does not just send to the queue");
    setup_parts_wanted(&item->parts, DISABLED, "no", "it is disabled");
}

static enum aws_error compare(const struct setup *setup, struct setup_item *item, const cJSON *rule,
                              struct text *why)
{
    TEXT struct text actions = TEXT_EMPTY, arn = TEXT_EMPTY;
    bool is_disabled = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rule, "ruleDisabled"));

    want(setup, item);
    actions_text(cJSON_GetObjectItemCaseSensitive(rule, "actions"), &actions);
    setup_parts_there(&item->parts, SQL, setup_text(rule, "sql"), "it selects something else");
    setup_parts_there(&item->parts, ACTIONS, text_get(&actions), "it does not just send to the queue");
    setup_parts_there(&item->parts, DISABLED, is_disabled ? "yes" : "no", "it is disabled");
    setup_arn(setup, "rule", item->name, &arn);
    return setup_judge(setup, item, text_get(&arn), why);
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
    return error ? error : compare(setup, item, cJSON_GetObjectItemCaseSensitive(answer, "rule"), why);
}

/* What will be: as wanted, or what is there. */
static const char *outcome(const struct setup_item *item, const char *name)
{
    const struct setup_part *part = setup_parts_find(&item->parts, name);

    return part->there && !part->take ? part->there : part->wanted;
}

static cJSON *payload(const struct setup_item *item)
{
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "sql", outcome(item, SQL));
    cJSON_AddStringToObject(body, "awsIotSqlVersion", "2016-03-23");
    cJSON_AddStringToObject(body, "description", "Tells the portal of devices (expresslink-claim account)");
    cJSON_AddItemToObject(body, "actions", cJSON_Parse(outcome(item, ACTIONS)));
    cJSON_AddBoolToObject(body, "ruleDisabled", strcmp(outcome(item, DISABLED), "yes") == 0);
    return body;
}

/* A new role is not visible everywhere at once. */
static bool is_role_too_new(enum aws_error error, const struct text *said)
{
    return error == AWS_REFUSED && strstr(text_get(said), "role");
}

static void add_tag(void *context, const char *name, const char *value)
{
    struct text *header = context;

    text_printf(header, "%s%s=", header->length ? "&" : "", name);
    percent_encode(header, value, strlen(value), "");
}

static enum aws_error create(const struct setup *setup, const struct setup_item *item, struct text *why)
{
    RECORD struct setup_record record = {0};
    TEXT struct text path = TEXT_EMPTY, tags = TEXT_EMPTY;
    JSON cJSON *body = payload(item);

    setup_parts_record(&item->parts, &record);
    setup_record_tags(&record, SETUP_RECORD_KEY, add_tag, &tags);
    aws_path_add(&path, "rules");
    aws_path_add(&path, item->name);
    const struct aws_pair headers[] = {{"x-amz-tagging", text_get(&tags)}, {NULL, NULL}};
    const struct iot_call call = {.action = "iot:CreateTopicRule",
                                  .method = "POST",
                                  .path = text_get(&path),
                                  .body = body,
                                  .headers = headers};
    return oem_account_iot(setup->account, &call, NULL, NULL, why);
}

static enum aws_error change(const struct setup *setup, const struct setup_item *item, struct text *why)
{
    const char *const path[] = {"rules", item->name, NULL};

    return setup_call(setup->account, "iot:ReplaceTopicRule", "PATCH", path, NULL, payload(item), NULL, why);
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    bool is_new = item->action == SETUP_CREATE;
    TEXT struct text arn = TEXT_EMPTY;

    want(setup, item); /* again: a new queue's URL is known only now */
    setup_arn(setup, "rule", item->name, &arn);
    for (unsigned failed = 1;; failed++) {
        TEXT struct text said = TEXT_EMPTY;
        enum aws_error error = (is_new ? create : change)(setup, item, &said);
        if (is_role_too_new(error, &said) && setup_wait(setup->account, failed))
            continue;
        if (is_new && error == AWS_CONFLICT) /* an attempt whose answer was lost */
            return AWS_OK;
        if (error)
            text_puts(why, text_get(&said));
        return error || is_new ? error : setup_remember(setup, item, text_get(&arn), SETUP_RECORD_KEY, why);
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
