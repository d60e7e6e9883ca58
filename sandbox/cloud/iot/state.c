/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/iot/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "sandbox/cloud/store.h"

static const char *const sections[] = {"cas",    "certificates", "policies",     "templates",
                                       "things", "thingTypes",   "thingGroups",  "events",
                                       "rules",  "indexing",     "billingGroups"};

static bool open_issuer(struct iot *iot, const char *folder, const char *files, struct text *why)
{
    const char *comma = files ? strchr(files, ',') : NULL;

    if (files && !comma) {
        text_printf(why, "%s: must be two files, CERTIFICATE,KEY", files);
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
        cJSON_DeleteItemFromObjectCaseSensitive(iot->all, "registrationCode");
        cJSON_AddStringToObject(iot->all, "registrationCode", code);
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
