/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

#define POLICIES_MOST 10 /* attached to one certificate or group (IoT quotas) */

/* Returns the certificate or group of an ARN; NULL after an error. */
static cJSON *wanted_target(struct iot_call *call, const char *arn)
{
    const char *certificate = iot_arn_id(arn, "cert"), *group = iot_arn_id(arn, "thinggroup");

    if (certificate)
        return iot_wanted(call, "certificates", certificate);
    if (group)
        return iot_wanted(call, "thingGroups", group);
    iot_fail(call, IOT_INVALID, "Invalid target: %s is neither a certificate nor a thing group here.", arn);
    return NULL;
}

static cJSON *wanted_certificate(struct iot_call *call)
{
    const char *arn = iot_text(call, "x-amzn-principal"), *id = iot_arn_id(arn, "cert");

    if (!id)
        iot_fail(call, IOT_INVALID, "The principal %s is not the ARN of a certificate here.", arn);
    return id ? iot_wanted(call, "certificates", id) : NULL;
}

void iot_attach_policy(struct iot_call *call)
{
    const cJSON *policy = iot_wanted(call, "policies", iot_text(call, "policyName"));
    cJSON *target = policy ? wanted_target(call, iot_text(call, "target")) : NULL;

    if (!target || iot_has_text(target, "policies", policy->string))
        return;
    if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(target, "policies")) >= POLICIES_MOST) {
        iot_fail(call, IOT_LIMIT, "The target has %d policies already.", POLICIES_MOST);
        return;
    }
    iot_add_text(target, "policies", policy->string);
    iot_changed(call, target);
}

void iot_detach_policy(struct iot_call *call)
{
    const cJSON *policy = iot_wanted(call, "policies", iot_text(call, "policyName"));
    cJSON *target = policy ? wanted_target(call, iot_text(call, "target")) : NULL;

    if (target && iot_remove_text(target, "policies", policy->string))
        iot_changed(call, target);
}

static void add_targets(struct iot_call *call, const char *section, const char *kind, const char *policy,
                        struct iot_list *list)
{
    const cJSON *each;
    char arn[IOT_ARN_SIZE];

    cJSON_ArrayForEach(each, iot_section(call, section))
    {
        if (!iot_has_text(each, "policies", policy))
            continue;
        iot_arn(kind, each->string, arn);
        iot_list_add(list, (unsigned long long)store_number(each, "number"), cJSON_CreateString(arn));
    }
}

void iot_list_targets_for_policy(struct iot_call *call)
{
    const cJSON *policy = iot_wanted(call, "policies", iot_text(call, "policyName"));
    struct iot_list list = {0};

    if (!policy)
        return;
    add_targets(call, "certificates", "cert", policy->string, &list);
    add_targets(call, "thingGroups", "thinggroup", policy->string, &list);
    iot_list_sort(&list);
    iot_list_end(call, &list, "targets");
}

void iot_list_attached_policies(struct iot_call *call)
{
    const cJSON *target = wanted_target(call, iot_text(call, "target")), *each;
    struct iot_list list = {0};
    unsigned long long number = 1;
    char arn[IOT_ARN_SIZE];

    if (!target)
        return;
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(target, "policies"))
    {
        cJSON *out = cJSON_CreateObject();
        iot_arn("policy", each->valuestring, arn);
        iot_set_text(out, "policyName", each->valuestring);
        iot_set_text(out, "policyArn", arn);
        iot_list_add(&list, number++, out);
    }
    iot_list_end(call, &list, "policies");
}

void iot_attach_thing_principal(struct iot_call *call)
{
    cJSON *thing = iot_wanted(call, "things", iot_text(call, "thingName"));
    cJSON *certificate = thing ? wanted_certificate(call) : NULL;

    if (!certificate)
        return;
    iot_add_text(certificate, "things", thing->string);
    iot_add_text(thing, "principals", certificate->string);
    iot_changed(call, certificate);
}

void iot_detach_thing_principal(struct iot_call *call)
{
    cJSON *thing = iot_wanted(call, "things", iot_text(call, "thingName"));
    cJSON *certificate = thing ? wanted_certificate(call) : NULL;

    if (!certificate)
        return;
    iot_remove_text(certificate, "things", thing->string);
    iot_remove_text(thing, "principals", certificate->string);
    iot_changed(call, certificate);
}

void iot_list_thing_principals(struct iot_call *call)
{
    const cJSON *thing = iot_wanted(call, "things", iot_text(call, "thingName")), *each;
    struct iot_list list = {0};
    unsigned long long number = 1;
    char arn[IOT_ARN_SIZE];

    if (!thing)
        return;
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(thing, "principals"))
    {
        iot_arn("cert", each->valuestring, arn);
        iot_list_add(&list, number++, cJSON_CreateString(arn));
    }
    iot_list_end(call, &list, "principals");
}

void iot_list_principal_things(struct iot_call *call)
{
    const cJSON *certificate = wanted_certificate(call);

    if (certificate)
        iot_list_texts(call, cJSON_GetObjectItemCaseSensitive(certificate, "things"), "things");
}
