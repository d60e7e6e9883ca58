/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/iam.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/percent.h"
#include "base/random.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/iot/call.h"
#include "sandbox/cloud/query_calls.h"
#include "sandbox/cloud/store.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-"
#define POLICIES_MOST 10 /* attached to one role (IAM quotas) */
#define TAGS_MOST 50
#define AWS_POLICIES "arn:aws:iam::aws:policy/"

static cJSON *policies_of(const cJSON *role)
{
    return cJSON_GetObjectItemCaseSensitive(role, "policies");
}

/* Reads the role's name into *name. Returns false after an error. */
static bool read_name(struct query_call *call, struct text *name)
{
    query_field(call, "RoleName", name);
    if (name->length < 1 || name->length > 64 || text_get(name)[strspn(text_get(name), NAME_CHARACTERS)])
        query_fail(
            call, 400, "ValidationError",
            "1 validation error detected: Value '%s' at 'roleName' failed to satisfy constraint: Member "
            "must satisfy regular expression pattern: [\\w+=,.@-]+, 1 to 64 characters",
            text_get(name));
    return !call->failed;
}

static cJSON *wanted(struct query_call *call)
{
    TEXT struct text name = TEXT_EMPTY;

    if (!read_name(call, &name))
        return NULL;
    cJSON *role = roles_find(&call->cloud->roles, text_get(&name));
    if (!role)
        query_fail(call, 404, "NoSuchEntity", "The role with name %s cannot be found.", text_get(&name));
    return role;
}

/* A role's trust policy says who may assume it, and has no Resource. */
static bool read_document(struct query_call *call, const char *field, struct text *document)
{
    query_field(call, field, document);
    JSON cJSON *parsed = json_object_parse(text_get(document), document->length);
    const cJSON *statements = cJSON_GetObjectItemCaseSensitive(parsed, "Statement");
    const cJSON *first = cJSON_IsArray(statements) ? statements->child : statements;
    const char *effect = store_text(first, "Effect");

    if (!effect || !cJSON_GetObjectItemCaseSensitive(first, "Principal") ||
        !cJSON_GetObjectItemCaseSensitive(first, "Action"))
        query_fail(
            call, 400, "MalformedPolicyDocument",
            "The trust policy is not valid: statements with Effect, Principal and Action are required.");
    else if (cJSON_GetObjectItemCaseSensitive(first, "Resource"))
        query_fail(call, 400, "MalformedPolicyDocument", "Has prohibited field Resource");
    return !call->failed;
}

static void add_tags(struct query_call *call, const cJSON *role)
{
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(role, "tags"), *tag;

    if (!tags)
        return;
    text_puts(&call->result, "<Tags>");
    cJSON_ArrayForEach(tag, tags)
    {
        text_puts(&call->result, "<member>");
        query_add(call, "Key", tag->string);
        query_add(call, "Value", tag->valuestring);
        text_puts(&call->result, "</member>");
    }
    text_puts(&call->result, "</Tags>");
}

/* Takes Tags.member.N.Key and Value. */
static void take_tags(struct query_call *call, cJSON *role)
{
    for (int number = 1; number <= TAGS_MOST; number++) {
        TEXT struct text name = TEXT_EMPTY, key = TEXT_EMPTY, value = TEXT_EMPTY;
        text_printf(&name, "Tags.member.%d.Key", number);
        if (!query_field(call, text_get(&name), &key))
            return;
        text_clear(&name);
        text_printf(&name, "Tags.member.%d.Value", number);
        query_field(call, text_get(&name), &value);
        if (key.length < 1 || key.length > 128 || value.length > 256) {
            query_fail(call, 400, "ValidationError",
                       "1 validation error detected: a tag's key has 1 to 128 characters, its value 256");
            return;
        }
        if (!cJSON_GetObjectItemCaseSensitive(role, "tags"))
            cJSON_AddObjectToObject(role, "tags");
        iot_set_text(cJSON_GetObjectItemCaseSensitive(role, "tags"), text_get(&key), text_get(&value));
    }
}

static void add_role(struct query_call *call, const cJSON *role)
{
    static const struct {
        const char *element, *member;
    } texts[] = {{"Path", "path"}, {"RoleName", "name"}, {"RoleId", "id"}, {"Arn", "arn"}};
    TEXT struct text document = TEXT_EMPTY;
    const char *trust = store_text(role, "document");
    char created[CLOCK_RFC3339_SIZE], seconds[24];

    text_puts(&call->result, "<Role>");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        query_add(call, texts[i].element, store_text(role, texts[i].member));
    clock_rfc3339(store_number(role, "createdMs"), created);
    query_add(call, "CreateDate", created);
    percent_encode(&document, trust, strlen(trust), "");
    query_add(call, "AssumeRolePolicyDocument", text_get(&document));
    if (store_text(role, "description"))
        query_add(call, "Description", store_text(role, "description"));
    snprintf(seconds, sizeof seconds, "%lld", store_number(role, "maxSession"));
    query_add(call, "MaxSessionDuration", seconds);
    add_tags(call, role);
    text_puts(&call->result, "</Role>");
}

static bool read_path(struct query_call *call, struct text *path)
{
    if (!query_field(call, "Path", path))
        text_puts(path, "/");
    const char *text = text_get(path);
    if (*text != '/' || text[path->length - 1] != '/' || path->length > 512)
        query_fail(
            call, 400, "ValidationError",
            "1 validation error detected: Value '%.64s' at 'path' failed to satisfy constraint: Member "
            "must begin and end with a slash",
            text);
    return !call->failed;
}

static long read_duration(struct query_call *call)
{
    TEXT struct text text = TEXT_EMPTY;
    long seconds = query_field(call, "MaxSessionDuration", &text) ? strtol(text_get(&text), NULL, 10) : 3600;

    if (seconds < 3600 || seconds > 43200)
        query_fail(call, 400, "ValidationError",
                   "1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: "
                   "Member must be from 3600 to 43200");
    return seconds;
}

static void create_role(struct query_call *call)
{
    TEXT struct text name = TEXT_EMPTY;
    TEXT struct text path = TEXT_EMPTY;
    TEXT struct text document = TEXT_EMPTY;
    TEXT struct text description = TEXT_EMPTY;
    TEXT struct text arn = TEXT_EMPTY;
    char id[18];

    if (!read_name(call, &name) || !read_path(call, &path) ||
        !read_document(call, "AssumeRolePolicyDocument", &document))
        return;
    long duration = read_duration(call);
    if (roles_find(&call->cloud->roles, text_get(&name)))
        query_fail(call, 409, "EntityAlreadyExists", "Role with name %s already exists.", text_get(&name));
    if (call->failed)
        return;
    cJSON *role = roles_add(&call->cloud->roles, text_get(&name));
    random_hex(id, 16);
    for (char *at = id; *at; at++)
        *at = (char)(*at >= 'a' ? *at - 'a' + 'A' : *at - '0' + 'G');
    text_printf(&arn, "AROA%s", id);
    iot_set_text(role, "id", text_get(&arn));
    text_clear(&arn);
    text_printf(&arn, "arn:aws:iam::" ARN_ACCOUNT ":role%s%s", text_get(&path), text_get(&name));
    iot_set_text(role, "arn", text_get(&arn));
    iot_set_text(role, "name", text_get(&name));
    iot_set_text(role, "path", text_get(&path));
    iot_set_text(role, "document", text_get(&document));
    if (query_field(call, "Description", &description))
        iot_set_text(role, "description", text_get(&description));
    iot_set_number(role, "maxSession", duration);
    iot_set_number(role, "createdMs", calendar_now_ms(&call->cloud->calendar));
    cJSON_AddArrayToObject(role, "policies");
    take_tags(call, role);
    roles_changed(&call->cloud->roles);
    add_role(call, role);
}

static void get_role(struct query_call *call)
{
    const cJSON *role = wanted(call);

    if (role)
        add_role(call, role);
}

static void delete_role(struct query_call *call)
{
    const cJSON *role = wanted(call);

    if (!role)
        return;
    if (cJSON_GetArraySize(policies_of(role)))
        query_fail(call, 409, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
    else if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(role, "inline")))
        query_fail(call, 409, "DeleteConflict", "Cannot delete entity, must delete policies first.");
    else
        roles_remove(&call->cloud->roles, role->string);
}

static void tag_role(struct query_call *call)
{
    cJSON *role = wanted(call);

    if (!role)
        return;
    take_tags(call, role);
    roles_changed(&call->cloud->roles);
}

static void update_assume_role_policy(struct query_call *call)
{
    TEXT struct text document = TEXT_EMPTY;
    cJSON *role = wanted(call);

    if (!role || !read_document(call, "PolicyDocument", &document))
        return;
    iot_set_text(role, "document", text_get(&document));
    roles_changed(&call->cloud->roles);
}

/* AWS's policies for AWS IoT. */
static bool is_policy(const char *arn)
{
    static const char *const known[] = {
        AWS_POLICIES "service-role/AWSIoTThingsRegistration", AWS_POLICIES "service-role/AWSIoTLogging",
        AWS_POLICIES "service-role/AWSIoTRuleActions", AWS_POLICIES "AWSIoTFullAccess"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], arn) == 0)
            return true;
    return false;
}

static void attach_role_policy(struct query_call *call)
{
    TEXT struct text arn = TEXT_EMPTY;
    cJSON *role = wanted(call);

    if (!role)
        return;
    query_field(call, "PolicyArn", &arn);
    if (!is_policy(text_get(&arn)))
        query_fail(call, 404, "NoSuchEntity", "Policy %s does not exist or is not attachable.",
                   text_get(&arn));
    else if (!iot_has_text(role, "policies", text_get(&arn)) &&
             cJSON_GetArraySize(policies_of(role)) >= POLICIES_MOST)
        query_fail(call, 409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: %d", POLICIES_MOST);
    else if (iot_add_text(role, "policies", text_get(&arn)))
        roles_changed(&call->cloud->roles);
}

static void detach_role_policy(struct query_call *call)
{
    TEXT struct text arn = TEXT_EMPTY;
    cJSON *role = wanted(call);

    if (!role)
        return;
    query_field(call, "PolicyArn", &arn);
    if (iot_remove_text(role, "policies", text_get(&arn)))
        roles_changed(&call->cloud->roles);
    else
        query_fail(call, 404, "NoSuchEntity", "Policy %s was not found.", text_get(&arn));
}

static void list_attached_role_policies(struct query_call *call)
{
    const cJSON *role = wanted(call), *each;

    if (!role)
        return;
    text_puts(&call->result, "<AttachedPolicies>");
    cJSON_ArrayForEach(each, policies_of(role))
    {
        text_puts(&call->result, "<member>");
        query_add(call, "PolicyName", strrchr(each->valuestring, '/') + 1);
        query_add(call, "PolicyArn", each->valuestring);
        text_puts(&call->result, "</member>");
    }
    text_puts(&call->result, "</AttachedPolicies>");
    query_add(call, "IsTruncated", "false");
}

static cJSON *documents_of(cJSON *role)
{
    cJSON *documents = cJSON_GetObjectItemCaseSensitive(role, "documents");

    return documents ? documents : cJSON_AddObjectToObject(role, "documents");
}

/* Inline policies have no effect here. */
static void put_role_policy(struct query_call *call)
{
    TEXT struct text name = TEXT_EMPTY;
    TEXT struct text document = TEXT_EMPTY;
    cJSON *role = wanted(call);

    if (!role)
        return;
    query_field(call, "PolicyName", &name);
    query_field(call, "PolicyDocument", &document);
    JSON cJSON *parsed = json_object_parse(text_get(&document), document.length);
    if (!name.length || name.length > 128 || text_get(&name)[strspn(text_get(&name), NAME_CHARACTERS)])
        query_fail(call, 400, "ValidationError",
                   "1 validation error detected: Value '%.64s' at 'policyName' failed to satisfy constraint",
                   text_get(&name));
    else if (!cJSON_GetObjectItemCaseSensitive(parsed, "Statement"))
        query_fail(call, 400, "MalformedPolicyDocument", "Syntax errors in policy.");
    if (call->failed)
        return;
    iot_add_text(role, "inline", text_get(&name));
    cJSON_DeleteItemFromObjectCaseSensitive(documents_of(role), text_get(&name));
    cJSON_AddStringToObject(documents_of(role), text_get(&name), text_get(&document));
    roles_changed(&call->cloud->roles);
}

static void get_role_policy(struct query_call *call)
{
    TEXT struct text name = TEXT_EMPTY;
    TEXT struct text encoded = TEXT_EMPTY;
    cJSON *role = wanted(call);

    if (!role)
        return;
    query_field(call, "PolicyName", &name);
    const char *document = store_text(documents_of(role), text_get(&name));
    if (!document) {
        query_fail(call, 404, "NoSuchEntity", "The role policy with name %s cannot be found.",
                   text_get(&name));
        return;
    }
    percent_encode(&encoded, document, strlen(document), "");
    query_add(call, "RoleName", role->string);
    query_add(call, "PolicyName", text_get(&name));
    query_add(call, "PolicyDocument", text_get(&encoded));
}

static void delete_role_policy(struct query_call *call)
{
    TEXT struct text name = TEXT_EMPTY;
    cJSON *role = wanted(call);

    if (!role)
        return;
    query_field(call, "PolicyName", &name);
    cJSON_DeleteItemFromObjectCaseSensitive(documents_of(role), text_get(&name));
    if (iot_remove_text(role, "inline", text_get(&name)))
        roles_changed(&call->cloud->roles);
    else
        query_fail(call, 404, "NoSuchEntity", "The role policy with name %s cannot be found.",
                   text_get(&name));
}

static void list_role_policies(struct query_call *call)
{
    const cJSON *role = wanted(call), *each;

    if (!role)
        return;
    text_puts(&call->result, "<PolicyNames>");
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(role, "inline"))
    {
        query_add(call, "member", each->valuestring);
    }
    text_puts(&call->result, "</PolicyNames>");
    query_add(call, "IsTruncated", "false");
}

/* Always empty here. */
static void list_instance_profiles_for_role(struct query_call *call)
{
    if (!wanted(call))
        return;
    text_puts(&call->result, "<InstanceProfiles/>");
    query_add(call, "IsTruncated", "false");
}

static const struct query_row rows[] = {
    {"iam:CreateRole", create_role},
    {"iam:GetRole", get_role},
    {"iam:DeleteRole", delete_role},
    {"iam:TagRole", tag_role},
    {"iam:UpdateAssumeRolePolicy", update_assume_role_policy},
    {"iam:AttachRolePolicy", attach_role_policy},
    {"iam:DetachRolePolicy", detach_role_policy},
    {"iam:ListAttachedRolePolicies", list_attached_role_policies},
    {"iam:ListRolePolicies", list_role_policies},
    {"iam:PutRolePolicy", put_role_policy},
    {"iam:GetRolePolicy", get_role_policy},
    {"iam:DeleteRolePolicy", delete_role_policy},
    {"iam:ListInstanceProfilesForRole", list_instance_profiles_for_role},
};
#define ROWS (sizeof rows / sizeof *rows)

const char *iam_action(const struct cloud_call *call)
{
    return query_action(call, rows, ROWS);
}

void iam_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer)
{
    query_answer(cloud, call, rows, ROWS, "https://iam.amazonaws.com/doc/2010-05-08/", answer);
}
