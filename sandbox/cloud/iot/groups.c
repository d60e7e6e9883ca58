/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

#define DEPRECATED_MS (5 * 60 * 1000LL) /* before a type can be deleted (IoT, DeleteThingType) */

static void add_names(cJSON *out, const cJSON *entry, const char *kind, const char *name_member,
                      const char *arn_member)
{
    char arn[IOT_ARN_SIZE];

    iot_arn(kind, entry->string, arn);
    iot_set_text(out, name_member, entry->string);
    iot_set_text(out, arn_member, arn);
}

/* Returns a new entry; the existing one if it has the same properties; or NULL after an error. */
static cJSON *make(struct iot_call *call, const char *section, const char *kind, const char *name,
                   const char *properties_member, const char *parent)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(call->input, properties_member);
    JSON cJSON *properties = given ? cJSON_Duplicate(given, 1) : cJSON_CreateObject();
    cJSON *entry = iot_find(call, section, name);
    char id[ARN_ID_SIZE];

    if (entry) {
        const char *own = store_text(entry, "parent");
        if (cJSON_Compare(cJSON_GetObjectItemCaseSensitive(entry, "properties"), properties, 1) &&
            strcmp(own ? own : "", parent ? parent : "") == 0)
            return entry;
        iot_fail_exists(call, kind, name, "One with other properties");
        return NULL;
    }
    arn_new_id(id);
    entry = iot_add(call, section, name);
    iot_set_text(entry, "id", id);
    iot_set_number(entry, "version", 1);
    cJSON_AddItemToObject(entry, "properties", cJSON_Duplicate(properties, 1));
    if (parent)
        iot_set_text(entry, "parent", parent);
    iot_changed(call, entry);
    return entry;
}

static void add_properties(cJSON *out, const char *member, const cJSON *entry)
{
    cJSON_AddItemToObject(out, member,
                          cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(entry, "properties"), 1));
}

void iot_create_thing_type(struct iot_call *call)
{
    const cJSON *type =
        make(call, "thingTypes", "thingtype", iot_text(call, "thingTypeName"), "thingTypeProperties", NULL);

    if (!type)
        return;
    add_names(call->output, type, "thingtype", "thingTypeName", "thingTypeArn");
    iot_set_text(call->output, "thingTypeId", store_text(type, "id"));
}

static cJSON *describe_type(const struct iot_call *call, const cJSON *type)
{
    bool deprecated = store_number(type, "deprecatedMs") != 0;
    cJSON *out = cJSON_CreateObject();

    (void)call;
    add_names(out, type, "thingtype", "thingTypeName", "thingTypeArn");
    add_properties(out, "thingTypeProperties", type);
    cJSON *metadata = cJSON_AddObjectToObject(out, "thingTypeMetadata");
    iot_set_flag(metadata, "deprecated", deprecated);
    if (deprecated)
        iot_add_time(metadata, "deprecationDate", type, "deprecatedMs");
    iot_add_time(metadata, "creationDate", type, "createdMs");
    return out;
}

static cJSON *wanted_type(struct iot_call *call)
{
    return iot_wanted(call, "thingTypes", iot_text(call, "thingTypeName"));
}

void iot_describe_thing_type(struct iot_call *call)
{
    const cJSON *type = wanted_type(call);

    if (!type)
        return;
    cJSON_Delete(call->output);
    call->output = describe_type(call, type);
    iot_set_text(call->output, "thingTypeId", store_text(type, "id"));
}

static cJSON *describe_wanted_type(const struct iot_call *call, const cJSON *type)
{
    const char *name = iot_text(call, "thingTypeName");

    return name && strcmp(name, type->string) != 0 ? NULL : describe_type(call, type);
}

void iot_list_thing_types(struct iot_call *call)
{
    iot_list_section(call, "thingTypes", "thingTypes", describe_wanted_type);
}

void iot_deprecate_thing_type(struct iot_call *call)
{
    cJSON *type = wanted_type(call);

    if (!type)
        return;
    iot_set_flag(type, "deprecated", !iot_flag(call, "undoDeprecate"));
    iot_set_number(type, "deprecatedMs",
                   iot_flag(call, "undoDeprecate") ? 0 : calendar_now_ms(&call->cloud->calendar));
    iot_changed(call, type);
}

void iot_delete_thing_type(struct iot_call *call)
{
    const cJSON *type = wanted_type(call), *thing;

    if (!type)
        return;
    long long since = store_number(type, "deprecatedMs");
    cJSON_ArrayForEach(thing, iot_section(call, "things"))
    {
        const char *own = store_text(thing, "thingTypeName");
        if (own && strcmp(own, type->string) == 0)
            iot_fail(call, IOT_INVALID, "The thing type %s is that of thing %s.", type->string,
                     thing->string);
    }
    if (!since)
        iot_fail(call, IOT_INVALID, "The thing type %s must be deprecated before it is deleted.",
                 type->string);
    else if (calendar_now_ms(&call->cloud->calendar) < since + DEPRECATED_MS)
        iot_fail(call, IOT_INVALID, "Please wait for 5 minutes after deprecation and then retry");
    if (!call->failed)
        iot_remove(call, "thingTypes", type->string);
}

void iot_create_thing_group(struct iot_call *call)
{
    const char *parent = iot_text(call, "parentGroupName");

    if (parent && !iot_wanted(call, "thingGroups", parent))
        return;
    const cJSON *group = make(call, "thingGroups", "thinggroup", iot_text(call, "thingGroupName"),
                              "thingGroupProperties", parent);
    if (!group)
        return;
    add_names(call->output, group, "thinggroup", "thingGroupName", "thingGroupArn");
    iot_set_text(call->output, "thingGroupId", store_text(group, "id"));
}

static cJSON *describe_group(const struct iot_call *call, const cJSON *group)
{
    cJSON *out = cJSON_CreateObject();

    (void)call;
    add_names(out, group, "thinggroup", "groupName", "groupArn");
    return out;
}

/* Lists the ancestors from the top to the parent. */
static void add_ancestors(struct iot_call *call, cJSON *metadata, const cJSON *group)
{
    cJSON *list = cJSON_AddArrayToObject(metadata, "rootToParentThingGroups");

    for (const char *name = store_text(group, "parent"); name; name = store_text(group, "parent")) {
        group = iot_find(call, "thingGroups", name);
        cJSON_InsertItemInArray(list, 0, describe_group(call, group));
    }
}

static cJSON *wanted_group(struct iot_call *call)
{
    return iot_wanted(call, "thingGroups", iot_text(call, "thingGroupName"));
}

void iot_describe_thing_group(struct iot_call *call)
{
    const cJSON *group = wanted_group(call);

    if (!group)
        return;
    add_names(call->output, group, "thinggroup", "thingGroupName", "thingGroupArn");
    iot_set_text(call->output, "thingGroupId", store_text(group, "id"));
    iot_set_number(call->output, "version", store_number(group, "version"));
    add_properties(call->output, "thingGroupProperties", group);
    cJSON *metadata = cJSON_AddObjectToObject(call->output, "thingGroupMetadata");
    if (store_text(group, "parent")) {
        iot_set_text(metadata, "parentGroupName", store_text(group, "parent"));
        add_ancestors(call, metadata, group);
    }
    iot_add_time(metadata, "creationDate", group, "createdMs");
}

void iot_list_thing_groups(struct iot_call *call)
{
    iot_list_section(call, "thingGroups", "thingGroups", describe_group);
}

/* A missing group counts as deleted: the API model has no exception for it. */
void iot_delete_thing_group(struct iot_call *call)
{
    const char *name = iot_text(call, "thingGroupName");
    const cJSON *each;

    cJSON_ArrayForEach(each, iot_section(call, "thingGroups"))
    {
        const char *parent = store_text(each, "parent");
        if (parent && strcmp(parent, name) == 0)
            iot_fail(call, IOT_INVALID, "The thing group %s has a child, %s.", name, each->string);
    }
    if (!call->failed && iot_find(call, "thingGroups", name))
        iot_remove(call, "thingGroups", name);
}

/* Finds an entry by name or ARN; NULL after an error. */
static cJSON *wanted_by(struct iot_call *call, const char *section, const char *kind, const char *name_member,
                        const char *arn_member)
{
    const char *name = iot_text(call, name_member), *arn = iot_text(call, arn_member);
    const char *id = name || !arn ? name : iot_arn_id(arn, kind);

    if (!id)
        iot_fail(call, IOT_INVALID, "%s or %s is required.", name_member, arn_member);
    return id ? iot_wanted(call, section, id) : NULL;
}

static void change_membership(struct iot_call *call, bool (*change)(cJSON *, const char *, const char *))
{
    cJSON *group = wanted_by(call, "thingGroups", "thinggroup", "thingGroupName", "thingGroupArn");
    const cJSON *thing = group ? wanted_by(call, "things", "thing", "thingName", "thingArn") : NULL;

    if (thing && change(group, "things", thing->string))
        iot_changed(call, group);
}

void iot_add_thing_to_thing_group(struct iot_call *call)
{
    change_membership(call, iot_add_text);
}

void iot_remove_thing_from_thing_group(struct iot_call *call)
{
    change_membership(call, iot_remove_text);
}

void iot_list_things_in_thing_group(struct iot_call *call)
{
    const cJSON *group = wanted_group(call);

    if (group)
        iot_list_texts(call, cJSON_GetObjectItemCaseSensitive(group, "things"), "things");
}

static cJSON *describe_group_with_thing(const struct iot_call *call, const cJSON *group)
{
    return iot_has_text(group, "things", iot_text(call, "thingName")) ? describe_group(call, group) : NULL;
}

void iot_list_thing_groups_for_thing(struct iot_call *call)
{
    if (iot_wanted(call, "things", iot_text(call, "thingName")))
        iot_list_section(call, "thingGroups", "thingGroups", describe_group_with_thing);
}
