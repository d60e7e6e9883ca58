/* SPDX-License-Identifier: Apache-2.0 */
#include "account/policy/grants.h"

#include <stdlib.h>
#include <string.h>

#include "account/policy/topics.h"
#include "base/memory.h"

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

void policy_grants_fini(struct policy_grants *grants)
{
    for (size_t i = 0; i < grants->count; i++) {
        free(grants->items[i].key);
        cJSON_Delete((cJSON *)grants->items[i].statement);
    }
    free(grants->items);
    *grants = (struct policy_grants){0};
}

bool policy_grants_have(const struct policy_grants *grants, const char *key)
{
    for (size_t i = 0; i < grants->count; i++)
        if (strcmp(grants->items[i].key, key) == 0)
            return true;
    return false;
}

void policy_grants_add_one(struct policy_grants *grants, const cJSON *statement)
{
    struct text key = TEXT_EMPTY;

    json_canonical(statement, &key);
    if (policy_grants_have(grants, text_get(&key))) {
        text_fini(&key);
        return;
    }
    grants->items = memory_grow(grants->items, grants->count + 1, sizeof *grants->items);
    grants->items[grants->count++] = (struct policy_grant){text_take(&key), cJSON_Duplicate(statement, true)};
}

/* The item itself, or those of the list that it is. */
static const cJSON *first_of(const cJSON *item)
{
    return item && cJSON_IsArray(item) ? item->child : item;
}

static const cJSON *next_of(const cJSON *list, const cJSON *item)
{
    return cJSON_IsArray(list) ? item->next : NULL;
}

/* Takes action and resource, which are texts. A Sid only names a statement. */
static void add_grant(struct policy_grants *grants, const cJSON *statement, const cJSON *action,
                      const cJSON *resource)
{
    JSON cJSON *one = cJSON_CreateObject();
    const cJSON *condition = member(statement, "Condition");

    cJSON_AddItemToObject(one, "Effect", cJSON_Duplicate(member(statement, "Effect"), true));
    cJSON_AddItemToObject(one, "Action", cJSON_Duplicate(action, true));
    cJSON_AddItemToObject(one, "Resource", cJSON_Duplicate(resource, true));
    if (condition)
        cJSON_AddItemToObject(one, "Condition", cJSON_Duplicate(condition, true));
    policy_grants_add_one(grants, one);
}

static bool is_plain(const cJSON *statement)
{
    static const char *const known[] = {"Sid", "Effect", "Action", "Resource", "Condition"};
    const cJSON *each;

    cJSON_ArrayForEach(each, statement)
    {
        bool is_known = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            is_known = is_known || strcmp(each->string, known[i]) == 0;
        if (!is_known)
            return false;
    }
    return cJSON_IsObject(statement) && member(statement, "Action") && member(statement, "Resource");
}

static void add_statement(struct policy_grants *grants, const cJSON *statement)
{
    const cJSON *actions = member(statement, "Action"), *resources = member(statement, "Resource");

    if (!is_plain(statement)) {
        policy_grants_add_one(grants, statement);
        return;
    }
    for (const cJSON *action = first_of(actions); action; action = next_of(actions, action))
        for (const cJSON *resource = first_of(resources); resource; resource = next_of(resources, resource))
            add_grant(grants, statement, action, resource);
}

void policy_grants_add(struct policy_grants *grants, const cJSON *document)
{
    const cJSON *statements = member(document, "Statement");

    for (const cJSON *each = first_of(statements); each; each = next_of(statements, each))
        add_statement(grants, each);
}

/* A statement of the document with that effect and condition whose resources, or actions, are the same. */
static bool alike(const cJSON *a, const cJSON *b, const char *in)
{
    return cJSON_Compare(member(a, "Effect"), member(b, "Effect"), true) &&
           cJSON_Compare(member(a, in), member(b, in), true) &&
           !member(a, "Condition") == !member(b, "Condition") &&
           (!member(a, "Condition") || cJSON_Compare(member(a, "Condition"), member(b, "Condition"), true));
}

/* Joins statements that are alike but for one member, which becomes the list of all. */
static cJSON *join(const cJSON *statements, const char *alike_in, const char *joined)
{
    cJSON *out = cJSON_CreateArray(), *same;
    const cJSON *statement;

    cJSON_ArrayForEach(statement, statements)
    {
        for (same = out->child; same; same = same->next)
            if (is_plain(statement) && is_plain(same) && alike(statement, same, alike_in))
                break;
        if (!same) {
            same = cJSON_Duplicate(statement, true);
            cJSON_AddItemToArray(out, same);
            if (is_plain(same))
                cJSON_ReplaceItemInObjectCaseSensitive(same, joined, cJSON_CreateArray());
        }
        if (is_plain(statement))
            cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(same, joined),
                                 cJSON_Duplicate(member(statement, joined), true));
    }
    return out;
}

cJSON *policy_grants_document(const struct policy_grants *grants)
{
    cJSON *document = cJSON_CreateObject();
    JSON cJSON *all = cJSON_CreateArray();

    for (size_t i = 0; i < grants->count; i++)
        cJSON_AddItemToArray(all, cJSON_Duplicate(grants->items[i].statement, true));
    JSON cJSON *by_resource = join(all, "Resource", "Action");
    cJSON_AddStringToObject(document, "Version", "2012-10-17");
    cJSON_AddItemToObject(document, "Statement", join(by_resource, "Action", "Resource"));
    return document;
}

/* Adds "topic/data" of "arn:aws:iot:us-east-1:123456789012:topic/data". */
static void add_resource(const char *arn, struct text *out)
{
    static const char variable[] = POLICY_VARIABLE_THING;
    const char *at = arn;

    for (int colons = 0; colons < 5 && (at = strchr(at, ':')); colons++)
        at++;
    for (at = at ? at : arn; *at; at++) {
        bool is_thing = strncmp(at, variable, strlen(variable)) == 0;
        text_add(out, is_thing ? POLICY_TOPIC_THING : at, is_thing ? strlen(POLICY_TOPIC_THING) : 1);
        at += is_thing ? strlen(variable) - 1 : 0;
    }
}

void policy_grant_words(const cJSON *statement, struct text *out)
{
    const char *action = cJSON_GetStringValue(member(statement, "Action"));
    const char *resource = cJSON_GetStringValue(member(statement, "Resource"));
    const char *effect = cJSON_GetStringValue(member(statement, "Effect"));

    if (!is_plain(statement) || !action || !resource) {
        json_canonical(statement, out);
        return;
    }
    text_printf(out, "%s%s ", effect && strcmp(effect, "Deny") == 0 ? "may not " : "", action);
    add_resource(resource, out);
    if (member(statement, "Condition"))
        text_puts(out, " (with a condition)");
}

static bool is_text(const cJSON *item, const char *wanted)
{
    return cJSON_IsString(item) && strcmp(item->valuestring, wanted) == 0;
}

void policy_allowed(const cJSON *document, const char *action, void (*each)(void *context, const char *name),
                    void *context)
{
    GRANTS struct policy_grants grants = {0};

    policy_grants_add(&grants, document);
    for (size_t i = 0; i < grants.count; i++) {
        const cJSON *statement = grants.items[i].statement;
        const cJSON *resource = member(statement, "Resource");
        TEXT struct text words = TEXT_EMPTY;
        if (!is_text(member(statement, "Action"), action) || !is_text(member(statement, "Effect"), "Allow") ||
            !cJSON_IsString(resource))
            continue;
        add_resource(resource->valuestring, &words);
        const char *slash = strchr(text_get(&words), '/');
        each(context, slash ? slash + 1 : text_get(&words));
    }
}
