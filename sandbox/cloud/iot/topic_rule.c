/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/iot/topic_rule.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/store.h"

static bool skip_word(const char **at, const char *word)
{
    size_t length = strlen(word);

    if (strncasecmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

bool iot_rule_parse(const char *sql, struct iot_rule_sql *out)
{
    const char *at = sql;

    *out = (struct iot_rule_sql){.with_topic = false};
    if (!at || !skip_word(&at, "SELECT *"))
        return false;
    out->with_topic = skip_word(&at, ", topic() AS topic");
    if (!skip_word(&at, " FROM '"))
        return false;
    size_t length = strcspn(at, "'");
    if (length == 0 || length >= sizeof out->filter || strcmp(at + length, "'") != 0)
        return false;
    memcpy(out->filter, at, length);
    out->filter[length] = '\0';
    return true;
}

bool iot_rule_matches(const char *filter, const char *topic)
{
    for (;;) {
        size_t size = strcspn(filter, "/"), given = strcspn(topic, "/");
        bool any = size == 1 && *filter == '+';
        if (size == 1 && *filter == '#')
            return true;
        if (!any && (size != given || strncmp(filter, topic, size) != 0))
            return false;
        filter += size;
        topic += given;
        if (!*filter || !*topic)
            return *filter == *topic;
        filter++;
        topic++;
    }
}

static const cJSON *action_of(const cJSON *payload)
{
    const cJSON *actions = cJSON_GetObjectItemCaseSensitive(payload, "actions");

    return cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(actions, 0), "sqs");
}

const char *iot_rule_queue(const cJSON *rule)
{
    return store_text(action_of(rule), "queueUrl");
}

const char *iot_rule_role(const cJSON *rule)
{
    return store_text(action_of(rule), "roleArn");
}

static void prepare_rule(cJSON *rules, const char *name, const char *filter, const char *queue)
{
    TEXT struct text sql = TEXT_EMPTY, url = TEXT_EMPTY;
    cJSON *rule = cJSON_AddObjectToObject(rules, name);
    cJSON *action = cJSON_CreateObject();
    cJSON *sqs = cJSON_AddObjectToObject(action, "sqs");

    text_printf(&sql, "SELECT *, topic() AS topic FROM '%s'", filter);
    text_printf(&url, "https://sqs." ARN_REGION ".amazonaws.com/" ARN_ACCOUNT "/%s", queue);
    cJSON_AddNumberToObject(rule, "number", cJSON_GetArraySize(rules));
    cJSON_AddStringToObject(rule, "sql", text_get(&sql));
    cJSON_AddStringToObject(sqs, "queueUrl", text_get(&url));
    cJSON_AddStringToObject(sqs, "roleArn", "arn:aws:iam::" ARN_ACCOUNT ":role/sandbox");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(rule, "actions"), action);
}

void iot_prepare_events(struct iot *iot, const char *queue)
{
    cJSON *rules = cJSON_GetObjectItemCaseSensitive(iot->all, "rules");
    cJSON *indexing = cJSON_GetObjectItemCaseSensitive(iot->all, "indexing");

    if (cJSON_GetArraySize(rules))
        return;
    prepare_rule(rules, "sandbox_connected", "$aws/events/presence/connected/+", queue);
    prepare_rule(rules, "sandbox_created", "$aws/events/thing/+/created", queue);
    prepare_rule(rules, "sandbox_disconnected", "$aws/events/presence/disconnected/+", queue);
    cJSON *things = cJSON_AddObjectToObject(indexing, "thingIndexingConfiguration");
    cJSON_AddStringToObject(things, "thingIndexingMode", "REGISTRY");
    cJSON_AddStringToObject(things, "thingConnectivityIndexingMode", "STATUS");
}
