/* SPDX-License-Identifier: Apache-2.0 */
#include "account/policy/decision.h"

#include <string.h>

#include "account/policy/condition.h"
#include "account/policy/pattern.h"

#define ACTION_FLAGS (POLICY_PATTERN_WILDCARDS | POLICY_PATTERN_CASELESS)
#define RESOURCE_FLAGS (POLICY_PATTERN_WILDCARDS | POLICY_PATTERN_VARIABLES)

static const char *const statement_members[] = {"Sid",      "Effect",      "Action",    "NotAction",
                                                "Resource", "NotResource", "Condition", NULL};
static const char *const document_members[] = {"Version", "Id", "Statement", NULL};

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool is_text(const cJSON *item, const char *wanted)
{
    const char *text = cJSON_GetStringValue(item);
    return text != NULL && strcmp(text, wanted) == 0;
}

static bool is_among(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(name, *names) != 0)
        names++;
    return *names != NULL;
}

/* An object of these members, each once at most. */
static bool has_only(const cJSON *object, const char *const *names)
{
    const cJSON *item;

    if (!cJSON_IsObject(object))
        return false;
    cJSON_ArrayForEach(item, object)
    {
        if (!is_among(item->string, names) || member(object, item->string) != item)
            return false;
    }
    return true;
}

/* One text, or a list of at least one. */
static bool is_text_or_list(const cJSON *item)
{
    const cJSON *each;

    if (cJSON_IsString(item))
        return true;
    cJSON_ArrayForEach(each, item)
    {
        if (!cJSON_IsString(each))
            return false;
    }
    return cJSON_IsArray(item) && item->child != NULL;
}

static bool has_one_of(const cJSON *statement, const char *name, const char *opposite)
{
    const cJSON *a = member(statement, name);
    const cJSON *b = member(statement, opposite);

    return (a == NULL) != (b == NULL) && is_text_or_list(a != NULL ? a : b);
}

static bool statement_is_valid(const cJSON *statement)
{
    const cJSON *effect = member(statement, "Effect");
    const cJSON *condition = member(statement, "Condition");

    return has_only(statement, statement_members) && (is_text(effect, "Allow") || is_text(effect, "Deny")) &&
           has_one_of(statement, "Action", "NotAction") && has_one_of(statement, "Resource", "NotResource") &&
           (condition == NULL || cJSON_IsObject(condition));
}

/* A list, or one statement that needs none. */
static const cJSON *first_statement(const cJSON *document)
{
    const cJSON *statements = member(document, "Statement");
    return cJSON_IsArray(statements) ? statements->child : statements;
}

static const cJSON *next_statement(const cJSON *document, const cJSON *statement)
{
    return cJSON_IsArray(member(document, "Statement")) ? statement->next : NULL;
}

bool policy_is_valid(const cJSON *document)
{
    const cJSON *statement = first_statement(document);

    if (!has_only(document, document_members) || !is_text(member(document, "Version"), "2012-10-17") ||
        statement == NULL)
        return false;
    for (; statement != NULL; statement = next_statement(document, statement))
        if (!statement_is_valid(statement))
            return false;
    return true;
}

/* UNRESOLVED where one is, whatever the others say: IAM takes the statement for invalid then. */
static enum policy_match match_list(const cJSON *list, unsigned flags, const char *text,
                                    const struct policy_request *request)
{
    bool one = cJSON_IsString(list);
    enum policy_match result = POLICY_MATCH_NO;

    for (const cJSON *item = one ? list : list->child; item != NULL; item = one ? NULL : item->next) {
        enum policy_match match = policy_pattern_match(item->valuestring, flags, text, request);
        if (match == POLICY_MATCH_YES && result == POLICY_MATCH_NO)
            result = match;
        if (match == POLICY_MATCH_UNRESOLVED)
            result = match;
    }
    return result;
}

static bool names_action(const cJSON *statement, const struct policy_request *request)
{
    const cJSON *actions = member(statement, "Action");
    const cJSON *list = actions != NULL ? actions : member(statement, "NotAction");
    enum policy_match wanted = actions != NULL ? POLICY_MATCH_YES : POLICY_MATCH_NO;

    return match_list(list, ACTION_FLAGS, request->action, request) == wanted;
}

static bool names_resource(const cJSON *statement, bool allows, const struct policy_request *request)
{
    const cJSON *resources = member(statement, "Resource");
    const cJSON *list = resources != NULL ? resources : member(statement, "NotResource");
    enum policy_match wanted = resources != NULL ? POLICY_MATCH_YES : POLICY_MATCH_NO;
    enum policy_match match = match_list(list, RESOURCE_FLAGS, request->resource, request);

    return match == wanted || (match == POLICY_MATCH_UNRESOLVED && !allows);
}

static bool holds(const cJSON *statement, bool allows, const struct policy_request *request)
{
    if (!names_action(statement, request) || !names_resource(statement, allows, request))
        return false;
    enum policy_condition condition = policy_condition_decide(member(statement, "Condition"), request);
    return condition == POLICY_CONDITION_HOLDS || (condition == POLICY_CONDITION_UNKNOWN && !allows);
}

enum policy_decision policy_decide(const cJSON *document, const struct policy_request *request)
{
    enum policy_decision decision = POLICY_NOT_ALLOWED;

    if (!policy_is_valid(document))
        return decision;
    for (const cJSON *statement = first_statement(document); statement != NULL;
         statement = next_statement(document, statement)) {
        bool allows = is_text(member(statement, "Effect"), "Allow");
        if (!holds(statement, allows, request))
            continue;
        if (!allows)
            return POLICY_DENIED;
        decision = POLICY_ALLOWED;
    }
    return decision;
}
