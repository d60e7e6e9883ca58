/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/iot/call.h"
#include "sandbox/cloud/store.h"

#define SMALL_ACCOUNT 250 /* certificates, whose file is quickly written */

#define ARN_PREFIX "arn:aws:iot:" ARN_REGION ":" ARN_ACCOUNT ":"

static const char *const sections[] = {"cas",    "certificates", "policies",    "templates",
                                       "things", "thingTypes",   "thingGroups", "events"};

static bool open_issuer(struct iot *iot, const char *folder, const char *files, struct text *why)
{
    const char *comma = files ? strchr(files, ',') : NULL;

    if (files && !comma) {
        text_printf(why, "%s: two files are wanted, CERTIFICATE,KEY", files);
        return false;
    }
    OWNED char *certificate =
        files ? memory_part(files, (size_t)(comma - files)) : store_path(folder, "iot-ca.pem");
    OWNED char *key = files ? memory_string(comma + 1) : store_path(folder, "iot-ca.key");
    if (!files)
        x509_issuer_make(certificate, key);
    iot->issuer = x509_issuer_open(certificate, key, why);
    return iot->issuer != NULL;
}

bool iot_open(struct iot *iot, const char *folder, const char *issuer, const char *endpoint, struct text *why)
{
    char code[65];

    iot->endpoint = endpoint;
    iot->path = store_path(folder, "iot.json");
    iot->all = store_read(iot->path);
    if (!cJSON_IsObject(iot->all)) {
        cJSON_Delete(iot->all);
        iot->all = cJSON_CreateObject();
    }
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (!cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(iot->all, sections[i])))
            cJSON_AddObjectToObject(iot->all, sections[i]);
    if (!store_text(iot->all, "registrationCode")) {
        random_hex(code, 64);
        iot_set_text(iot->all, "registrationCode", code);
    }
    store_write_often(iot->path, iot->all);
    return open_issuer(iot, folder, issuer, why);
}

void iot_flush(struct iot *iot)
{
    if (iot->unwritten)
        store_write_often(iot->path, iot->all);
    iot->unwritten = false;
}

void iot_close(struct iot *iot)
{
    iot_flush(iot);
    free(iot->path);
    cJSON_Delete(iot->all);
    x509_issuer_free(iot->issuer);
}

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

/* ---- entries ---- */

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
    } words[] = {{"cas", "CA certificate"},     {"certificates", "Certificate"},
                 {"policies", "Policy"},        {"templates", "Template"},
                 {"things", "Thing"},           {"thingTypes", "Thing type"},
                 {"thingGroups", "Thing group"}};
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

/* ---- lists of texts ---- */

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
