/* SPDX-License-Identifier: Apache-2.0 */
#include "account/policy/document.h"

#include <string.h>

#include "base/text.h"
#include "claim/settings.h"

#define MODULE POLICY_VARIABLE_THING

/* What a module has to say and to hear: its own topics, and those that AWS keeps for it. */
static const char *const module_topics[] = {
    MODULE "/*",
    "$aws/things/" MODULE "/shadow/*",
    "$aws/things/" MODULE "/jobs/*",
    "$aws/things/" MODULE "/streams/*",
    "$aws/things/" MODULE "/defender/*",
    NULL,
};

/* The same in short, and with what else AWS keeps for the thing: it leaves room for a product's topics in the
 * 2048 characters of a policy. */
static const char *const module_topics_short[] = {MODULE "/*", "$aws/things/" MODULE "/*", NULL};

/* * is also what stands for a thing name in + of the observer's filters. */
static const char *const observer_topics[] = {
    "$aws/events/thing/*/created",
    "$aws/events/presence/connected/*",
    "$aws/events/presence/disconnected/*",
    NULL,
};

static void add_resource(cJSON *list, const struct policy_scope *scope, const char *kind, const char *name)
{
    TEXT struct text arn = TEXT_EMPTY;

    text_printf(&arn, "%s%s/%s", scope->arn_prefix, kind, name);
    cJSON_AddItemToArray(list, cJSON_CreateString(text_get(&arn)));
}

/* names end with NULL. The statement's list of actions is for the caller to fill. */
static cJSON *add_statement(cJSON *document, const struct policy_scope *scope, const char *kind,
                            const char *const *names)
{
    cJSON *statement = cJSON_CreateObject();

    cJSON_AddItemToArray(cJSON_GetObjectItem(document, "Statement"), statement);
    cJSON_AddStringToObject(statement, "Effect", "Allow");
    cJSON_AddArrayToObject(statement, "Action");
    cJSON *resources = cJSON_AddArrayToObject(statement, "Resource");
    for (; *names; names++)
        add_resource(resources, scope, kind, *names);
    return statement;
}

static void allow(cJSON *statement, const char *action)
{
    cJSON_AddItemToArray(cJSON_GetObjectItem(statement, "Action"), cJSON_CreateString(action));
}

/* A document whose first statement lets these client ids connect; "*": any. */
static cJSON *new_document(const struct policy_scope *scope, const char *const *clients)
{
    cJSON *document = cJSON_CreateObject();

    cJSON_AddStringToObject(document, "Version", "2012-10-17");
    cJSON_AddArrayToObject(document, "Statement");
    allow(add_statement(document, scope, "client", clients), "iot:Connect");
    return document;
}

static void let_hear(cJSON *document, const struct policy_scope *scope, const char *const *topics,
                     bool and_say)
{
    cJSON *statement = add_statement(document, scope, "topic", topics);

    if (and_say)
        allow(statement, "iot:Publish");
    allow(statement, "iot:Receive");
    allow(add_statement(document, scope, "topicfilter", topics), "iot:Subscribe");
}

/* Adds a statement without resources yet. */
static cJSON *add_empty(cJSON *document, const struct policy_scope *scope, const char *action)
{
    static const char *const none[] = {NULL};
    cJSON *statement = add_statement(document, scope, "topic", none);

    allow(statement, action);
    return cJSON_GetObjectItem(statement, "Resource");
}

static bool has_any(const char *const *list)
{
    return list && list[0];
}

/* What the product publishes, and the rules that it publishes to (Basic Ingest). */
static void let_say(cJSON *document, const struct policy_scope *scope, const struct policy_topics *topics)
{
    if (!has_any(topics->publish) && !has_any(topics->rules))
        return;
    cJSON *resources = add_empty(document, scope, "iot:Publish");
    for (const char *const *topic = topics->publish; topic && *topic; topic++) {
        TEXT struct text name = TEXT_EMPTY;
        policy_topic_add(*topic, MODULE, &name);
        add_resource(resources, scope, "topic", text_get(&name));
    }
    for (const char *const *rule = topics->rules; rule && *rule; rule++) {
        TEXT struct text name = TEXT_EMPTY;
        text_puts(&name, POLICY_TOPIC_INGEST);
        policy_topic_add(policy_topic_rule(*rule), MODULE, &name);
        add_resource(resources, scope, "topic", text_get(&name));
        text_puts(&name, "/*");
        add_resource(resources, scope, "topic", text_get(&name));
    }
}

/* In policies + and # of a filter stand for themselves, and * for what arrives (IoT, "Policy actions"). */
static void let_subscribe(cJSON *document, const struct policy_scope *scope, const char *const *filters)
{
    if (!has_any(filters))
        return;
    cJSON *subscribed = add_empty(document, scope, "iot:Subscribe");
    cJSON *received = add_empty(document, scope, "iot:Receive");
    for (; *filters; filters++) {
        TEXT struct text filter = TEXT_EMPTY, topics = TEXT_EMPTY;
        policy_topic_add(*filters, MODULE, &filter);
        policy_topic_add_received(*filters, MODULE, &topics);
        add_resource(subscribed, scope, "topicfilter", text_get(&filter));
        add_resource(received, scope, "topic", text_get(&topics));
    }
}

cJSON *policy_document_module(const struct policy_scope *scope, const struct policy_topics *topics)
{
    const char *const clients[] = {MODULE, NULL};
    cJSON *document = new_document(scope, clients);
    cJSON *connect = cJSON_GetArrayItem(cJSON_GetObjectItem(document, "Statement"), 0);
    cJSON *test = cJSON_AddObjectToObject(cJSON_AddObjectToObject(connect, "Condition"), "Bool");

    cJSON_AddStringToObject(test, "iot:Connection.Thing.IsAttached", "true");
    bool more = topics && (has_any(topics->publish) || has_any(topics->subscribe) || has_any(topics->rules));
    let_hear(document, scope, more ? module_topics_short : module_topics, true);
    if (more) {
        let_say(document, scope, topics);
        let_subscribe(document, scope, topics->subscribe);
    }
    return document;
}

bool policy_document_fits(const cJSON *document, struct text *why)
{
    char *text = cJSON_PrintUnformatted(document);
    size_t length = 0;

    for (const char *at = text; at && *at; at++)
        length += !strchr(" \t\r\n", *at);
    cJSON_free(text);
    if (length > POLICY_DOCUMENT_MAX)
        text_printf(
            why,
            "the policy would have %zu characters, and AWS IoT takes %d: name fewer or shorter topics, "
            "or let the product's topics begin with its ThingName, which needs none",
            length, POLICY_DOCUMENT_MAX);
    return length <= POLICY_DOCUMENT_MAX;
}

cJSON *policy_document_observer(const struct policy_scope *scope, const char *client_id)
{
    TEXT struct text second = TEXT_EMPTY;

    text_printf(&second, "%s" OBSERVER_SECOND_NAME, client_id);
    const char *const clients[] = {client_id, text_get(&second), NULL};
    cJSON *document = new_document(scope, clients);
    let_hear(document, scope, observer_topics, false);
    return document;
}

cJSON *policy_document_fleet_claim(const struct policy_scope *scope, const char *template_name)
{
    TEXT struct text provision = TEXT_EMPTY;
    const char *const clients[] = {"*", NULL}; /* it has no name yet */
    cJSON *document = new_document(scope, clients);

    text_printf(&provision, "$aws/provisioning-templates/%s/provision/*", template_name);
    const char *const topics[] = {"$aws/certificates/create/*", "$aws/certificates/create-from-csr/*",
                                  text_get(&provision), NULL};
    let_hear(document, scope, topics, true);
    return document;
}

/* How many items of the list (or one text instead of it) say the same as item. */
static int occurrences(const cJSON *list, const cJSON *item)
{
    const cJSON *other;
    int count = 0;

    if (!cJSON_IsArray(list))
        return policy_document_same(list, item);
    cJSON_ArrayForEach(other, list)
    {
        count += policy_document_same(other, item);
    }
    return count;
}

static int length_of(const cJSON *list)
{
    return cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 1;
}

static bool same_list(const cJSON *a, const cJSON *b)
{
    const cJSON *item;

    if (length_of(a) != length_of(b))
        return false;
    if (!cJSON_IsArray(a))
        return occurrences(b, a) == 1;
    cJSON_ArrayForEach(item, a)
    {
        if (occurrences(a, item) != occurrences(b, item))
            return false;
    }
    return true;
}

static bool same_members(const cJSON *a, const cJSON *b)
{
    const cJSON *member;

    if (cJSON_GetArraySize(a) != cJSON_GetArraySize(b))
        return false;
    cJSON_ArrayForEach(member, a)
    {
        if (!policy_document_same(member, cJSON_GetObjectItemCaseSensitive(b, member->string)))
            return false;
    }
    return true;
}

bool policy_document_same(const cJSON *a, const cJSON *b)
{
    if (!a || !b)
        return a == b;
    if (cJSON_IsArray(a) || cJSON_IsArray(b))
        return same_list(a, b);
    if (cJSON_IsObject(a) && cJSON_IsObject(b))
        return same_members(a, b);
    return cJSON_Compare(a, b, true);
}
