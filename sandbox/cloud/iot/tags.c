/* SPDX-License-Identifier: Apache-2.0 */
/* Tags of resources, each kept in its entry as {"tags": {"key": "value"}}. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/percent.h"
#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

#define TAGS_MOST 50 /* of a resource (IoT quotas) */
#define KEY_MOST 128
#define VALUE_MOST 256

static const struct {
    const char *kind, *section; /* kind: as ARNs have it */
} kinds[] = {{"policy", "policies"},
             {"provisioningtemplate", "templates"},
             {"cacert", "cas"},
             {"rule", "rules"},
             {"thingtype", "thingTypes"},
             {"thinggroup", "thingGroups"},
             {"billinggroup", "billingGroups"}};

static cJSON *wanted(struct iot_call *call)
{
    const char *arn = iot_text(call, "resourceArn");

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *id = iot_arn_id(arn, kinds[i].kind);
        if (id)
            return iot_wanted(call, kinds[i].section, id);
    }
    iot_fail(call, IOT_INVALID, "%s is no resource that has tags.", arn);
    return NULL;
}

static cJSON *tags_of(cJSON *entry)
{
    cJSON *tags = cJSON_GetObjectItemCaseSensitive(entry, "tags");

    return tags ? tags : cJSON_AddObjectToObject(entry, "tags");
}

static void set_tag(struct iot_call *call, cJSON *entry, const char *key, const char *value)
{
    if (!key || !*key || strlen(key) > KEY_MOST || !value || strlen(value) > VALUE_MOST) {
        iot_fail(call, IOT_INVALID, "A tag has a Key of 1 to %d and a Value of at most %d characters.",
                 KEY_MOST, VALUE_MOST);
        return;
    }
    iot_set_text(tags_of(entry), key, value);
    if (cJSON_GetArraySize(tags_of(entry)) > TAGS_MOST)
        iot_fail(call, IOT_LIMIT, "A resource has at most %d tags.", TAGS_MOST);
}

static void take_list(struct iot_call *call, cJSON *entry)
{
    const cJSON *tag;

    cJSON_ArrayForEach(tag, cJSON_GetObjectItemCaseSensitive(call->input, "tags"))
        set_tag(call, entry, store_text(tag, "Key"), store_text(tag, "Value"));
}

/* "key=value&key=value", encoded. */
static void take_header(struct iot_call *call, cJSON *entry)
{
    const char *given = iot_text(call, "x-amz-tagging");
    OWNED char *copy = memory_string(given ? given : "");
    char *rest = NULL;

    for (char *pair = strtok_r(copy, "&", &rest); pair; pair = strtok_r(NULL, "&", &rest)) {
        char *equals = strchr(pair, '=');
        TEXT struct text key = TEXT_EMPTY, value = TEXT_EMPTY;
        percent_decode(&key, pair, equals ? (size_t)(equals - pair) : strlen(pair));
        percent_decode(&value, equals ? equals + 1 : "", equals ? strlen(equals + 1) : 0);
        set_tag(call, entry, text_get(&key), text_get(&value));
    }
}

void iot_keep_tags(struct iot_call *call, cJSON *entry)
{
    take_list(call, entry);
    take_header(call, entry);
}

void iot_tag_resource(struct iot_call *call)
{
    cJSON *entry = wanted(call);

    if (!entry)
        return;
    take_list(call, entry);
    iot_changed(call, NULL);
}

void iot_untag_resource(struct iot_call *call)
{
    cJSON *entry = wanted(call);
    const cJSON *key;

    if (!entry)
        return;
    cJSON_ArrayForEach(key, cJSON_GetObjectItemCaseSensitive(call->input, "tagKeys"))
        cJSON_DeleteItemFromObjectCaseSensitive(tags_of(entry), key->valuestring);
    iot_changed(call, NULL);
}

void iot_list_tags_for_resource(struct iot_call *call)
{
    cJSON *entry = wanted(call);
    const cJSON *tag;

    if (!entry)
        return;
    cJSON *list = cJSON_AddArrayToObject(call->output, "tags");
    cJSON_ArrayForEach(tag, tags_of(entry))
    {
        cJSON *out = cJSON_CreateObject();
        iot_set_text(out, "Key", tag->string);
        iot_set_text(out, "Value", tag->valuestring);
        cJSON_AddItemToArray(list, out);
    }
}
