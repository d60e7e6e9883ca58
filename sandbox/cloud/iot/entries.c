/* SPDX-License-Identifier: Apache-2.0 */
/* How calls read and change the account's entries (call.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/iot/call.h"
#include "sandbox/cloud/store.h"

#define SMALL_ACCOUNT 250 /* number of certificates up to which the file is written quickly */

#define ARN_PREFIX "arn:aws:iot:" ARN_REGION ":" ARN_ACCOUNT ":"

void iot_arn(const char *kind, const char *id, char out[IOT_ARN_SIZE])
{
    snprintf(out, IOT_ARN_SIZE, ARN_PREFIX "%s/%s", kind, id);
}

const char *iot_arn_id(const char *arn, const char *kind)
{
    size_t length = strlen(kind);

    if (strncmp(arn, ARN_PREFIX, sizeof ARN_PREFIX - 1) != 0)
        return NULL;
    arn += sizeof ARN_PREFIX - 1;
    return strncmp(arn, kind, length) == 0 && arn[length] == '/' ? arn + length + 1 : NULL;
}

cJSON *iot_section(const struct iot_call *call, const char *section)
{
    return cJSON_GetObjectItemCaseSensitive(call->cloud->iot.all, section);
}

cJSON *iot_find(const struct iot_call *call, const char *section, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(iot_section(call, section), name);
}

cJSON *iot_wanted(struct iot_call *call, const char *section, const char *name)
{
    static const struct {
        const char *section, *word;
    } words[] = {{"cas", "CA certificate"},
                 {"certificates", "Certificate"},
                 {"policies", "Policy"},
                 {"templates", "Template"},
                 {"things", "Thing"},
                 {"thingTypes", "Thing type"},
                 {"thingGroups", "Thing group"},
                 {"rules", "Topic rule"},
                 {"billingGroups", "Billing group"}};
    cJSON *entry = iot_find(call, section, name);

    for (size_t i = 0; !entry && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].section, section) == 0)
            iot_fail(call, IOT_NOT_FOUND, "%s %s cannot be found.", words[i].word, name);
    return entry;
}

cJSON *iot_add(struct iot_call *call, const char *section, const char *name)
{
    cJSON *all = call->cloud->iot.all, *entry = cJSON_AddObjectToObject(iot_section(call, section), name);
    long long number = store_number(all, "last") + 1;

    iot_set_number(all, "last", number);
    iot_set_number(entry, "number", number);
    iot_set_number(entry, "createdMs", calendar_now_ms(&call->cloud->calendar));
    iot_keep_tags(call, entry);
    return entry;
}

void iot_changed(struct iot_call *call, cJSON *entry)
{
    struct iot *iot = &call->cloud->iot;

    if (entry)
        iot_set_number(entry, "modifiedMs", calendar_now_ms(&call->cloud->calendar));
    iot->unwritten = true;
    if (cJSON_GetArraySize(iot_section(call, "certificates")) < SMALL_ACCOUNT)
        iot_flush(iot);
}

void iot_remove(struct iot_call *call, const char *section, const char *name)
{
    cJSON_DeleteItemFromObjectCaseSensitive(iot_section(call, section), name);
    iot_changed(call, NULL);
}

static void set(cJSON *object, const char *name, cJSON *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    cJSON_AddItemToObject(object, name, value);
}

void iot_set_text(cJSON *object, const char *name, const char *text)
{
    set(object, name, text ? cJSON_CreateString(text) : NULL);
}

void iot_set_flag(cJSON *object, const char *name, bool value)
{
    set(object, name, cJSON_CreateBool(value));
}

void iot_set_number(cJSON *object, const char *name, long long value)
{
    set(object, name, cJSON_CreateNumber((double)value));
}

void iot_add_time(cJSON *out, const char *name, const cJSON *entry, const char *entry_name)
{
    cJSON_AddNumberToObject(out, name, (double)store_number(entry, entry_name) / 1000);
}

static int place_of(const cJSON *list, const char *text)
{
    const cJSON *each;
    int place = 0;

    cJSON_ArrayForEach(each, list)
    {
        if (strcmp(each->valuestring, text) == 0)
            return place;
        place++;
    }
    return -1;
}

bool iot_has_text(const cJSON *entry, const char *list, const char *text)
{
    return place_of(cJSON_GetObjectItemCaseSensitive(entry, list), text) >= 0;
}

bool iot_add_text(cJSON *entry, const char *list, const char *text)
{
    cJSON *texts = cJSON_GetObjectItemCaseSensitive(entry, list);

    if (iot_has_text(entry, list, text))
        return false;
    if (!texts)
        texts = cJSON_AddArrayToObject(entry, list);
    return cJSON_AddItemToArray(texts, cJSON_CreateString(text));
}

bool iot_remove_text(cJSON *entry, const char *list, const char *text)
{
    cJSON *texts = cJSON_GetObjectItemCaseSensitive(entry, list);
    int place = place_of(texts, text);

    if (place >= 0)
        cJSON_DeleteItemFromArray(texts, place);
    return place >= 0;
}
