/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/store.h"

#define PROTOTYPE_SIGNATURES 1000
#define TOKEN_MEMBER "_token" /* internal, not shown */

void profiles_open(struct profiles *profiles, const char *folder)
{
    profiles->path = store_path(folder, "profiles.json");
    profiles->all = store_read(profiles->path);
    if (!cJSON_IsArray(profiles->all)) {
        cJSON_Delete(profiles->all);
        profiles->all = cJSON_CreateArray();
    }
}

void profiles_close(struct profiles *profiles)
{
    free(profiles->path);
    cJSON_Delete(profiles->all);
}

static const cJSON *find(const struct profiles *profiles, const char *member, const char *value)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, profiles->all)
    {
        const char *text = store_text(each, member);
        if (text && strcmp(text, value) == 0)
            return each;
    }
    return NULL;
}

const cJSON *profiles_find(const struct profiles *profiles, const char *id)
{
    return find(profiles, "Id", id);
}

const cJSON *profiles_with_token(const struct profiles *profiles, const char *token)
{
    return find(profiles, TOKEN_MEMBER, token);
}

static cJSON *make_dak(const char *apid, bool factory)
{
    cJSON *dak = cJSON_CreateObject();
    char id[ARN_ID_SIZE], type[ARN_ID_SIZE];

    arn_new_id(id);
    arn_new_id(type);
    cJSON_AddStringToObject(dak, "CertificateId", id);
    cJSON_AddNumberToObject(dak, "MaxAllowedSignature", factory ? -1 : PROTOTYPE_SIGNATURES);
    cJSON_AddBoolToObject(dak, "FactorySupport", factory);
    if (factory)
        cJSON_AddStringToObject(dak, "ApId", apid);
    cJSON_AddStringToObject(dak, "DeviceTypeId", type);
    return dak;
}

const cJSON *profiles_create(struct profiles *profiles, const char *name, const char *token, const char *apid,
                             bool factory)
{
    cJSON *profile = cJSON_CreateObject();
    char id[ARN_ID_SIZE], arn[ARN_SIZE], key[65];

    arn_new_id(id);
    random_hex(key, 64);
    arn_of("DeviceProfile", id, arn);
    cJSON_AddStringToObject(profile, "Arn", arn);
    cJSON_AddStringToObject(profile, "Id", id);
    if (name)
        cJSON_AddStringToObject(profile, "Name", name);
    if (token)
        cJSON_AddStringToObject(profile, TOKEN_MEMBER, token);
    cJSON *sidewalk = cJSON_AddObjectToObject(profile, "Sidewalk");
    cJSON_AddStringToObject(sidewalk, "ApplicationServerPublicKey", key);
    cJSON_AddBoolToObject(sidewalk, "QualificationStatus", factory);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(sidewalk, "DakCertificateMetadata"), make_dak(apid, factory));
    cJSON_AddItemToArray(profiles->all, profile);
    store_write(profiles->path, profiles->all);
    return profile;
}

bool profiles_support(const struct profiles *profiles, const char *apid)
{
    const cJSON *profile, *dak;

    cJSON_ArrayForEach(profile, profiles->all)
    {
        const cJSON *sidewalk = cJSON_GetObjectItemCaseSensitive(profile, "Sidewalk");
        cJSON_ArrayForEach(dak, cJSON_GetObjectItemCaseSensitive(sidewalk, "DakCertificateMetadata"))
        {
            const char *own = store_text(dak, "ApId");
            if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(dak, "FactorySupport")) && own &&
                strcmp(own, apid) == 0)
                return true;
        }
    }
    return false;
}
