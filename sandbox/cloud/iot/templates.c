/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/roles.h"
#include "sandbox/cloud/store.h"

#define VERSIONS_MOST 5
#define BODY_MOST 10240
#define SERVICE "iot.amazonaws.com"

bool iot_check_role(struct iot_call *call, const char *arn)
{
    switch (roles_trust(&call->cloud->roles, arn, SERVICE)) {
    case ROLE_TRUSTS:
        return true;
    case ROLE_MISSING:
        iot_fail(call, IOT_INVALID, "The role %s cannot be found.", arn);
        return false;
    default:
        iot_fail(call, IOT_INVALID, "The role %s cannot be assumed by AWS IoT (" SERVICE ").", arn);
        return false;
    }
}

static bool is_resource(const cJSON *resource)
{
    static const char *const types[] = {"AWS::IoT::Thing", "AWS::IoT::Certificate", "AWS::IoT::Policy"};
    const char *type = store_text(resource, "Type");

    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

bool iot_check_template_body(struct iot_call *call, const char *text)
{
    JSON cJSON *body = json_object_parse_within(text, strlen(text), BODY_MOST);
    const cJSON *parameters = cJSON_GetObjectItemCaseSensitive(body, "Parameters"),
                *resources = cJSON_GetObjectItemCaseSensitive(body, "Resources"), *each;
    bool certificate = false;

    if (!body)
        iot_fail(call, IOT_INVALID, "The template body is not a JSON object.");
    if (parameters && !cJSON_IsObject(parameters))
        iot_fail(call, IOT_INVALID, "The template body's Parameters are not an object.");
    cJSON_ArrayForEach(each, parameters) if (!store_text(each, "Type"))
        iot_fail(call, IOT_INVALID, "The template body's parameter %s has no Type.", each->string);
    if (!cJSON_IsObject(resources))
        iot_fail(call, IOT_INVALID, "The template body has no Resources.");
    cJSON_ArrayForEach(each, resources)
    {
        const char *type = store_text(each, "Type");
        if (!is_resource(each) || !cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(each, "Properties")))
            iot_fail(call, IOT_INVALID, "The template body's resource %s has no valid Type and Properties.",
                     each->string);
        certificate = certificate || (type && strcmp(type, "AWS::IoT::Certificate") == 0);
    }
    if (!certificate)
        iot_fail(call, IOT_INVALID, "The template body has no certificate resource.");
    return !call->failed;
}

/* Lambda is not simulated: any valid ARN of a function is accepted. */
static bool check_hook(struct iot_call *call)
{
    const cJSON *hook = cJSON_GetObjectItemCaseSensitive(call->input, "preProvisioningHook");
    const char *target = store_text(hook, "targetArn");

    if (hook && (!target || strncmp(target, "arn:aws:lambda:", 15) != 0))
        iot_fail(call, IOT_INVALID, "preProvisioningHook.targetArn is not the ARN of a Lambda function.");
    return !call->failed;
}

/* Versions: "versions" has them by number; "default" and "body" are the default version. */

static cJSON *versions_of(const cJSON *template)
{
    return cJSON_GetObjectItemCaseSensitive(template, "versions");
}

static cJSON *find_version(const cJSON *template, long long number)
{
    char name[24];

    snprintf(name, sizeof name, "%lld", number);
    return cJSON_GetObjectItemCaseSensitive(versions_of(template), name);
}

static cJSON *wanted(struct iot_call *call)
{
    return iot_wanted(call, "templates", iot_text(call, "templateName"));
}

static cJSON *wanted_version(struct iot_call *call, const cJSON *template, const char *member)
{
    long long number = store_number(call->input, member);
    cJSON *version = template ? find_version(template, number) : NULL;

    if (template && !version)
        iot_fail(call, IOT_NOT_FOUND, "Version %lld of template %s cannot be found.", number,
                 template->string);
    return version;
}

static void set_default(cJSON *template, long long number)
{
    iot_set_number(template, "default", number);
    iot_set_text(template, "body", store_text(find_version(template, number), "body"));
}

static long long add_version(struct iot_call *call, cJSON *template, bool as_default)
{
    long long number = store_number(template, "lastVersion") + 1;
    char name[24];

    snprintf(name, sizeof name, "%lld", number);
    cJSON *version = cJSON_AddObjectToObject(versions_of(template), name);
    iot_set_number(version, "versionId", number);
    iot_set_text(version, "body", iot_text(call, "templateBody"));
    iot_set_number(version, "createdMs", calendar_now_ms(&call->cloud->calendar));
    iot_set_number(template, "lastVersion", number);
    if (as_default)
        set_default(template, number);
    return number;
}

static void add_names(cJSON *out, const cJSON *template)
{
    char arn[IOT_ARN_SIZE];

    iot_arn("provisioningtemplate", template->string, arn);
    iot_set_text(out, "templateArn", arn);
    iot_set_text(out, "templateName", template->string);
}

/* In AWS, a new role is not visible everywhere at once. */
static bool is_role_delayed(struct iot_call *call)
{
    struct faults *faults = &call->cloud->faults;

    if (faults->role_delay == 0)
        return false;
    faults->role_delay--;
    iot_fail(call, IOT_INVALID, "The role %s cannot be assumed by AWS IoT (" SERVICE ").",
             iot_text(call, "provisioningRoleArn"));
    return true;
}

static void take_settings(struct iot_call *call, cJSON *template)
{
    static const char *const texts[] = {"description", "provisioningRoleArn"};
    const cJSON *hook = cJSON_GetObjectItemCaseSensitive(call->input, "preProvisioningHook");

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (iot_text(call, texts[i]))
            iot_set_text(template, texts[i], iot_text(call, texts[i]));
    if (cJSON_GetObjectItemCaseSensitive(call->input, "enabled"))
        iot_set_flag(template, "enabled", iot_flag(call, "enabled"));
    if (hook || iot_flag(call, "removePreProvisioningHook"))
        cJSON_DeleteItemFromObjectCaseSensitive(template, "preProvisioningHook");
    if (!hook)
        return;
    cJSON *own = cJSON_Duplicate(hook, 1);
    if (!store_text(own, "payloadVersion"))
        iot_set_text(own, "payloadVersion", "2020-04-01");
    cJSON_AddItemToObject(template, "preProvisioningHook", own);
}

void iot_create_provisioning_template(struct iot_call *call)
{
    const char *name = iot_text(call, "templateName"), *type = iot_text(call, "type");

    if (iot_find(call, "templates", name)) {
        iot_fail_exists(call, "provisioningtemplate", name, "Template");
        return;
    }
    if (!iot_check_template_body(call, iot_text(call, "templateBody")) || !check_hook(call) ||
        !iot_check_role(call, iot_text(call, "provisioningRoleArn")) || is_role_delayed(call))
        return;
    cJSON *template = iot_add(call, "templates", name);
    iot_set_text(template, "type", type ? type : "FLEET_PROVISIONING");
    iot_set_flag(template, "enabled", false);
    cJSON_AddObjectToObject(template, "versions");
    take_settings(call, template);
    add_version(call, template, true);
    iot_changed(call, template);
    add_names(call->output, template);
    iot_set_number(call->output, "defaultVersionId", 1);
}

static cJSON *describe(const struct iot_call *call, const cJSON *template)
{
    cJSON *out = cJSON_CreateObject();

    (void)call;
    add_names(out, template);
    if (store_text(template, "description"))
        iot_set_text(out, "description", store_text(template, "description"));
    iot_set_text(out, "type", store_text(template, "type"));
    iot_set_flag(out, "enabled", cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(template, "enabled")));
    iot_add_time(out, "creationDate", template, "createdMs");
    iot_add_time(out, "lastModifiedDate", template, "modifiedMs");
    return out;
}

void iot_list_provisioning_templates(struct iot_call *call)
{
    iot_list_section(call, "templates", "templates", describe);
}

void iot_describe_provisioning_template(struct iot_call *call)
{
    const cJSON *template = wanted(call);

    if (!template)
        return;
    cJSON_Delete(call->output);
    call->output = describe(call, template);
    iot_set_number(call->output, "defaultVersionId", store_number(template, "default"));
    iot_set_text(call->output, "templateBody", store_text(template, "body"));
    iot_set_text(call->output, "provisioningRoleArn", store_text(template, "provisioningRoleArn"));
    const cJSON *hook = cJSON_GetObjectItemCaseSensitive(template, "preProvisioningHook");
    if (hook)
        cJSON_AddItemToObject(call->output, "preProvisioningHook", cJSON_Duplicate(hook, 1));
}

void iot_update_provisioning_template(struct iot_call *call)
{
    cJSON *template = wanted(call);
    long long version = store_number(call->input, "defaultVersionId");
    const char *role = iot_text(call, "provisioningRoleArn");

    if (!template || (version && !wanted_version(call, template, "defaultVersionId")) ||
        (role && !iot_check_role(call, role)) || !check_hook(call))
        return;
    take_settings(call, template);
    if (version)
        set_default(template, version);
    iot_changed(call, template);
}

void iot_delete_provisioning_template(struct iot_call *call)
{
    const cJSON *template = wanted(call), *each;

    if (!template)
        return;
    cJSON_ArrayForEach(each, iot_section(call, "cas"))
    {
        const char *name =
            store_text(cJSON_GetObjectItemCaseSensitive(each, "registrationConfig"), "templateName");
        if (name && strcmp(name, template->string) == 0)
            iot_fail(call, IOT_DELETE_CONFLICT, "The template %s is used by the CA certificate %s.", name,
                     each->string);
    }
    if (!call->failed)
        iot_remove(call, "templates", template->string);
}

void iot_create_provisioning_template_version(struct iot_call *call)
{
    cJSON *template = wanted(call);
    bool as_default = iot_flag(call, "setAsDefault");

    if (!template || !iot_check_template_body(call, iot_text(call, "templateBody")))
        return;
    if (cJSON_GetArraySize(versions_of(template)) >= VERSIONS_MOST) {
        iot_fail(call, IOT_VERSIONS_LIMIT, "The template %s already has the maximum number of versions (%d)",
                 template->string, VERSIONS_MOST);
        return;
    }
    add_names(call->output, template);
    iot_set_number(call->output, "versionId", add_version(call, template, as_default));
    iot_set_flag(call->output, "isDefaultVersion", as_default);
    iot_changed(call, template);
}

static void add_version_facts(cJSON *out, const cJSON *template, const cJSON *version)
{
    long long number = store_number(version, "versionId");

    iot_set_number(out, "versionId", number);
    iot_set_flag(out, "isDefaultVersion", number == store_number(template, "default"));
    iot_add_time(out, "creationDate", version, "createdMs");
}

void iot_list_provisioning_template_versions(struct iot_call *call)
{
    const cJSON *template = wanted(call), *version;
    struct iot_list list = {0};

    if (!template)
        return;
    cJSON_ArrayForEach(version, versions_of(template))
    {
        cJSON *out = cJSON_CreateObject();
        add_version_facts(out, template, version);
        iot_list_add(&list, (unsigned long long)store_number(version, "versionId"), out);
    }
    iot_list_end(call, &list, "versions");
}

void iot_describe_provisioning_template_version(struct iot_call *call)
{
    const cJSON *template = wanted(call), *version = wanted_version(call, template, "versionId");

    if (!version)
        return;
    add_version_facts(call->output, template, version);
    iot_set_text(call->output, "templateBody", store_text(version, "body"));
}

void iot_delete_provisioning_template_version(struct iot_call *call)
{
    cJSON *template = wanted(call), *version = wanted_version(call, template, "versionId");

    if (!version)
        return;
    if (store_number(version, "versionId") == store_number(template, "default")) {
        iot_fail(call, IOT_DELETE_CONFLICT, "Cannot delete the default version of the template %s.",
                 template->string);
        return;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(versions_of(template), version->string);
    iot_changed(call, template);
}
