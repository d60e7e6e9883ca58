/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

#define ATTRIBUTES_WITHOUT_TYPE 3 /* IoT quotas */
#define ATTRIBUTES_WITH_TYPE 50
#define ATTRIBUTE_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,@/:#-"

static cJSON *attributes_of(const cJSON *thing)
{
    return cJSON_GetObjectItemCaseSensitive(thing, "attributes");
}

static const cJSON *given_attributes(const struct iot_call *call)
{
    const cJSON *payload = cJSON_GetObjectItemCaseSensitive(call->input, "attributePayload");

    return cJSON_GetObjectItemCaseSensitive(payload, "attributes");
}

static bool check_attributes(struct iot_call *call)
{
    const cJSON *given = given_attributes(call), *each;

    if (given && !cJSON_IsObject(given)) {
        iot_fail(call, IOT_INVALID, "attributePayload.attributes is not an object.");
        return false;
    }
    cJSON_ArrayForEach(each, given)
    {
        const char *value = cJSON_GetStringValue(each);
        size_t length = strlen(each->string);
        if (length < 1 || length > 128 || each->string[strspn(each->string, ATTRIBUTE_CHARACTERS)])
            iot_fail(call, IOT_INVALID, "The attribute's name %s does not match [a-zA-Z0-9_.,@/:#-]+, 1-128.",
                     each->string);
        else if (!value || strlen(value) > 800 || value[strspn(value, ATTRIBUTE_CHARACTERS)])
            iot_fail(call, IOT_INVALID,
                     "The value of attribute %s does not match [a-zA-Z0-9_.,@/:#-]*, 0-800.", each->string);
    }
    return !call->failed;
}

static bool check_type(struct iot_call *call)
{
    const char *type = iot_text(call, "thingTypeName");
    const cJSON *entry = type ? iot_wanted(call, "thingTypes", type) : NULL;

    if (entry && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(entry, "deprecated")))
        iot_fail(call, IOT_INVALID, "The thing type %s is deprecated.", type);
    return !call->failed;
}

/* An attribute without a value is removed. */
static void take_attributes(cJSON *attributes, const cJSON *given)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, given)
    {
        cJSON_DeleteItemFromObjectCaseSensitive(attributes, each->string);
        if (*each->valuestring)
            cJSON_AddStringToObject(attributes, each->string, each->valuestring);
    }
}

static bool check_room(struct iot_call *call, const cJSON *attributes, const char *type)
{
    int most = type ? ATTRIBUTES_WITH_TYPE : ATTRIBUTES_WITHOUT_TYPE;

    if (cJSON_GetArraySize(attributes) > most)
        iot_fail(call, IOT_INVALID, "A thing %s a type has at most %d attributes.", type ? "with" : "without",
                 most);
    return !call->failed;
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Creating an existing thing with the same settings succeeds. */
static bool is_same(const struct iot_call *call, const cJSON *thing, const cJSON *attributes)
{
    return is_same_text(store_text(thing, "thingTypeName"), iot_text(call, "thingTypeName")) &&
           is_same_text(store_text(thing, "billingGroupName"), iot_text(call, "billingGroupName")) &&
           cJSON_Compare(attributes_of(thing), attributes, 1);
}

static void add_names(cJSON *out, const cJSON *thing)
{
    char arn[IOT_ARN_SIZE];

    iot_arn("thing", thing->string, arn);
    iot_set_text(out, "thingName", thing->string);
    iot_set_text(out, "thingArn", arn);
}

static cJSON *make(struct iot_call *call, const char *name, const cJSON *attributes)
{
    static const char *const texts[] = {"thingTypeName", "billingGroupName"};
    cJSON *thing = iot_add(call, "things", name);
    char id[ARN_ID_SIZE];

    arn_new_id(id);
    iot_set_text(thing, "thingId", id);
    iot_set_number(thing, "version", 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (iot_text(call, texts[i]))
            iot_set_text(thing, texts[i], iot_text(call, texts[i]));
    cJSON_AddItemToObject(thing, "attributes", cJSON_Duplicate(attributes, 1));
    cJSON_AddArrayToObject(thing, "principals");
    iot_changed(call, thing);
    return thing;
}

void iot_create_thing(struct iot_call *call)
{
    const char *name = iot_text(call, "thingName");
    const cJSON *thing = iot_find(call, "things", name);
    JSON cJSON *attributes = cJSON_CreateObject();

    if (!check_attributes(call) || !check_type(call))
        return;
    take_attributes(attributes, given_attributes(call));
    if (!check_room(call, attributes, iot_text(call, "thingTypeName")))
        return;
    if (thing && !is_same(call, thing, attributes)) {
        iot_fail_exists(call, "thing", name, "Thing with different attributes");
        return;
    }
    if (!thing)
        thing = make(call, name, attributes);
    add_names(call->output, thing);
    iot_set_text(call->output, "thingId", store_text(thing, "thingId"));
}

static cJSON *describe(const cJSON *thing)
{
    static const char *const texts[] = {"thingTypeName"};
    cJSON *out = cJSON_CreateObject();

    add_names(out, thing);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (store_text(thing, texts[i]))
            iot_set_text(out, texts[i], store_text(thing, texts[i]));
    cJSON_AddItemToObject(out, "attributes", cJSON_Duplicate(attributes_of(thing), 1));
    iot_set_number(out, "version", store_number(thing, "version"));
    return out;
}

void iot_describe_thing(struct iot_call *call)
{
    const cJSON *thing = iot_wanted(call, "things", iot_text(call, "thingName"));

    if (!thing)
        return;
    cJSON_Delete(call->output);
    call->output = describe(thing);
    iot_set_text(call->output, "defaultClientId", thing->string);
    iot_set_text(call->output, "thingId", store_text(thing, "thingId"));
    if (store_text(thing, "billingGroupName"))
        iot_set_text(call->output, "billingGroupName", store_text(thing, "billingGroupName"));
}

static cJSON *describe_wanted(const struct iot_call *call, const cJSON *thing)
{
    const char *type = iot_text(call, "thingTypeName"), *name = iot_text(call, "attributeName"),
               *value = iot_text(call, "attributeValue");
    const char *own = name ? store_text(attributes_of(thing), name) : NULL;
    size_t length = value ? strlen(value) : 0;

    if ((type && !is_same_text(store_text(thing, "thingTypeName"), type)) || (name && !own))
        return NULL;
    if (own && value &&
        (iot_flag(call, "usePrefixAttributeValue") ? strncmp(own, value, length) : strcmp(own, value)) != 0)
        return NULL;
    return describe(thing);
}

void iot_list_things(struct iot_call *call)
{
    iot_list_section(call, "things", "things", describe_wanted);
}

static bool check_version(struct iot_call *call, const cJSON *thing)
{
    bool given = cJSON_GetObjectItemCaseSensitive(call->input, "expectedVersion") != NULL;
    long long wanted = store_number(call->input, "expectedVersion"), own = store_number(thing, "version");

    if (given && wanted != own)
        iot_fail(call, IOT_VERSION_CONFLICT, "The thing %s has version %lld, not %lld.", thing->string, own,
                 wanted);
    return !call->failed;
}

void iot_update_thing(struct iot_call *call)
{
    cJSON *thing = iot_wanted(call, "things", iot_text(call, "thingName"));
    const cJSON *payload = cJSON_GetObjectItemCaseSensitive(call->input, "attributePayload");
    const char *type = iot_text(call, "thingTypeName");

    if (!thing || !check_version(call, thing) || !check_attributes(call) || !check_type(call))
        return;
    if (type && iot_flag(call, "removeThingType")) {
        iot_fail(call, IOT_INVALID, "thingTypeName and removeThingType cannot be given together.");
        return;
    }
    bool merge = !payload || cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(payload, "merge"));
    JSON cJSON *attributes = merge ? cJSON_Duplicate(attributes_of(thing), 1) : cJSON_CreateObject();
    take_attributes(attributes, given_attributes(call));
    const char *own = iot_flag(call, "removeThingType") ? NULL : store_text(thing, "thingTypeName");
    if (!check_room(call, attributes, type ? type : own))
        return;
    cJSON_ReplaceItemInObjectCaseSensitive(thing, "attributes", cJSON_Duplicate(attributes, 1));
    if (iot_flag(call, "removeThingType"))
        cJSON_DeleteItemFromObjectCaseSensitive(thing, "thingTypeName");
    if (type)
        iot_set_text(thing, "thingTypeName", type);
    iot_set_number(thing, "version", store_number(thing, "version") + 1);
    iot_changed(call, thing);
}

void iot_delete_thing(struct iot_call *call)
{
    const cJSON *thing = iot_wanted(call, "things", iot_text(call, "thingName"));
    cJSON *group;

    if (!thing || !check_version(call, thing))
        return;
    if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(thing, "principals"))) {
        iot_fail(call, IOT_INVALID, "Thing %s cannot be deleted, as it is attached to a principal.",
                 thing->string);
        return;
    }
    cJSON_ArrayForEach(group, iot_section(call, "thingGroups"))
        iot_remove_text(group, "things", thing->string);
    iot_remove(call, "things", thing->string);
}
