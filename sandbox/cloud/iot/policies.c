/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

#define VERSIONS_MOST 5
#define DOCUMENT_MOST 2048 /* characters that are not white space (IoT quotas) */

static bool is_list(const cJSON *member)
{
    const cJSON *each;

    if (cJSON_IsString(member))
        return true;
    cJSON_ArrayForEach(each, member) if (!cJSON_IsString(each)) return false;
    return cJSON_IsArray(member) && member->child;
}

static bool is_statement(const cJSON *statement)
{
    const char *effect = store_text(statement, "Effect");

    return effect && (strcmp(effect, "Allow") == 0 || strcmp(effect, "Deny") == 0) &&
           is_list(cJSON_GetObjectItemCaseSensitive(statement, "Action")) &&
           is_list(cJSON_GetObjectItemCaseSensitive(statement, "Resource"));
}

static bool is_document(const cJSON *document)
{
    const cJSON *statements = cJSON_GetObjectItemCaseSensitive(document, "Statement"), *each;
    const char *version = store_text(document, "Version");

    if (!version || (strcmp(version, "2012-10-17") != 0 && strcmp(version, "2008-10-17") != 0))
        return false;
    if (cJSON_IsObject(statements))
        return is_statement(statements);
    cJSON_ArrayForEach(each, statements) if (!is_statement(each)) return false;
    return cJSON_IsArray(statements) && statements->child;
}

static bool check_document(struct iot_call *call)
{
    const char *text = iot_text(call, "policyDocument");
    JSON cJSON *document = json_object_parse_within(text, strlen(text), REQUEST_BODY_MEMORY_MAX);
    size_t length = 0;

    for (const char *at = text; *at; at++)
        length += !isspace((unsigned char)*at);
    if (!document || !is_document(document))
        iot_fail(call, IOT_MALFORMED_POLICY,
                 "Policy document is Malformed: Version 2012-10-17 and statements with Effect, Action and "
                 "Resource are required");
    else if (length > DOCUMENT_MOST)
        iot_fail(call, IOT_MALFORMED_POLICY, "Policy document is too long: %zu characters of %d", length,
                 DOCUMENT_MOST);
    return !call->failed;
}

/* Versions: "versions" has them by number; "default" and "document" are the default version. */

static cJSON *versions_of(const cJSON *policy)
{
    return cJSON_GetObjectItemCaseSensitive(policy, "versions");
}

static void set_default(cJSON *policy, const char *version)
{
    const cJSON *entry = cJSON_GetObjectItemCaseSensitive(versions_of(policy), version);

    iot_set_text(policy, "default", version);
    iot_set_text(policy, "document", store_text(entry, "document"));
}

static void add_version(struct iot_call *call, cJSON *policy, bool as_default)
{
    long long number = store_number(policy, "lastVersion") + 1;
    char name[24];

    snprintf(name, sizeof name, "%lld", number);
    cJSON *version = cJSON_AddObjectToObject(versions_of(policy), name);
    iot_set_text(version, "document", iot_text(call, "policyDocument"));
    iot_set_number(version, "createdMs", calendar_now_ms(&call->cloud->calendar));
    iot_set_number(policy, "lastVersion", number);
    if (as_default)
        set_default(policy, name);
    iot_changed(call, policy);
    iot_set_text(call->output, "policyDocument", iot_text(call, "policyDocument"));
    iot_set_text(call->output, "policyVersionId", name);
}

static void add_names(struct iot_call *call, const cJSON *policy)
{
    char arn[IOT_ARN_SIZE];

    iot_arn("policy", policy->string, arn);
    iot_set_text(call->output, "policyName", policy->string);
    iot_set_text(call->output, "policyArn", arn);
}

static cJSON *wanted(struct iot_call *call)
{
    return iot_wanted(call, "policies", iot_text(call, "policyName"));
}

/* Returns the version that the call names. */
static cJSON *wanted_version(struct iot_call *call, const cJSON *policy)
{
    const char *name = iot_text(call, "policyVersionId");
    cJSON *version = policy ? cJSON_GetObjectItemCaseSensitive(versions_of(policy), name) : NULL;

    if (!version)
        iot_fail(call, IOT_NOT_FOUND, "Policy version %s cannot be found.", name);
    return version;
}

static bool is_default(const cJSON *policy, const cJSON *version)
{
    return strcmp(store_text(policy, "default"), version->string) == 0;
}

void iot_create_policy(struct iot_call *call)
{
    const char *name = iot_text(call, "policyName");

    if (iot_find(call, "policies", name)) {
        iot_fail_exists(call, "policy", name, "Policy");
        return;
    }
    if (!check_document(call))
        return;
    cJSON *policy = iot_add(call, "policies", name);
    cJSON_AddObjectToObject(policy, "versions");
    add_version(call, policy, true);
    add_names(call, policy);
}

void iot_get_policy(struct iot_call *call)
{
    const cJSON *policy = wanted(call);

    if (!policy)
        return;
    add_names(call, policy);
    iot_set_text(call->output, "policyDocument", store_text(policy, "document"));
    iot_set_text(call->output, "defaultVersionId", store_text(policy, "default"));
    iot_set_text(call->output, "generationId", store_text(policy, "default"));
    iot_add_time(call->output, "creationDate", policy, "createdMs");
    iot_add_time(call->output, "lastModifiedDate", policy, "modifiedMs");
}

static cJSON *describe(const struct iot_call *call, const cJSON *policy)
{
    cJSON *out = cJSON_CreateObject();
    char arn[IOT_ARN_SIZE];

    (void)call;
    iot_arn("policy", policy->string, arn);
    iot_set_text(out, "policyName", policy->string);
    iot_set_text(out, "policyArn", arn);
    return out;
}

void iot_list_policies(struct iot_call *call)
{
    iot_list_section(call, "policies", "policies", describe);
}

static bool is_attached(const struct iot_call *call, const char *name)
{
    static const char *const sections[] = {"certificates", "thingGroups"};
    const cJSON *each;

    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        cJSON_ArrayForEach(
            each, iot_section(call, sections[i])) if (iot_has_text(each, "policies", name)) return true;
    return false;
}

void iot_delete_policy(struct iot_call *call)
{
    const cJSON *policy = wanted(call);

    if (!policy)
        return;
    if (is_attached(call, policy->string))
        iot_fail(call, IOT_DELETE_CONFLICT,
                 "The policy cannot be deleted as the policy is attached to one or more principals (name=%s)",
                 policy->string);
    else if (cJSON_GetArraySize(versions_of(policy)) > 1)
        iot_fail(call, IOT_DELETE_CONFLICT,
                 "Cannot delete the policy because it has one or more policy versions attached to it "
                 "(name=%s)",
                 policy->string);
    else
        iot_remove(call, "policies", policy->string);
}

void iot_create_policy_version(struct iot_call *call)
{
    cJSON *policy = wanted(call);
    bool as_default = iot_flag(call, "setAsDefault");

    if (!policy || !check_document(call))
        return;
    if (cJSON_GetArraySize(versions_of(policy)) >= VERSIONS_MOST) {
        iot_fail(call, IOT_VERSIONS_LIMIT, "The policy %s already has the maximum number of versions (%d)",
                 policy->string, VERSIONS_MOST);
        return;
    }
    add_version(call, policy, as_default);
    add_names(call, policy);
    cJSON_DeleteItemFromObjectCaseSensitive(call->output, "policyName");
    iot_set_flag(call->output, "isDefaultVersion", as_default);
}

void iot_list_policy_versions(struct iot_call *call)
{
    const cJSON *policy = wanted(call), *version;

    if (!policy)
        return;
    cJSON *list = cJSON_AddArrayToObject(call->output, "policyVersions");
    cJSON_ArrayForEach(version, versions_of(policy))
    {
        cJSON *out = cJSON_CreateObject();
        iot_set_text(out, "versionId", version->string);
        iot_set_flag(out, "isDefaultVersion", is_default(policy, version));
        iot_add_time(out, "createDate", version, "createdMs");
        cJSON_AddItemToArray(list, out);
    }
}

void iot_get_policy_version(struct iot_call *call)
{
    const cJSON *policy = wanted(call), *version = wanted_version(call, policy);

    if (!version)
        return;
    add_names(call, policy);
    iot_set_text(call->output, "policyDocument", store_text(version, "document"));
    iot_set_text(call->output, "policyVersionId", version->string);
    iot_set_text(call->output, "generationId", version->string);
    iot_set_flag(call->output, "isDefaultVersion", is_default(policy, version));
    iot_add_time(call->output, "creationDate", version, "createdMs");
    iot_add_time(call->output, "lastModifiedDate", version, "createdMs");
}

void iot_set_default_policy_version(struct iot_call *call)
{
    cJSON *policy = wanted(call), *version = wanted_version(call, policy);

    if (!version)
        return;
    set_default(policy, version->string);
    iot_changed(call, policy);
}

void iot_delete_policy_version(struct iot_call *call)
{
    cJSON *policy = wanted(call), *version = wanted_version(call, policy);

    if (!version)
        return;
    if (is_default(policy, version)) {
        iot_fail(call, IOT_DELETE_CONFLICT, "Cannot delete the default version of a policy (name=%s)",
                 policy->string);
        return;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(versions_of(policy), iot_text(call, "policyVersionId"));
    iot_changed(call, policy);
}
