/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/wireless_call.h"

#define PROFILE_TYPE "DeviceProfile"

static const struct check name_check = {"Name", false, 0, 256, NULL};

bool wireless_create_profile(struct wireless_call *call)
{
    struct cloud *cloud = call->cloud;
    const char *name, *token;
    const cJSON *sidewalk;

    if (!check_text(call->body, &name_check, &name, &call->why) ||
        !check_text(call->body, &wireless_token_check, &token, &call->why) ||
        !check_tags(call->body, &call->why) || !wireless_check_object(call, "Sidewalk", &sidewalk))
        return false;
    const cJSON *profile = token ? profiles_with_token(&cloud->profiles, token) : NULL;
    const char *before =
        profile ? cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(profile, "Name")) : NULL;
    if (profile && strcmp(before ? before : "", name ? name : "") != 0)
        return wireless_conflict(call, "The ClientRequestToken was used before with other parameters",
                                 PROFILE_TYPE,
                                 cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(profile, "Id")));
    if (!profile)
        profile = profiles_create(&cloud->profiles, name, token, cloud->options.apid,
                                  !cloud->faults.no_factory_support);
    return wireless_created(call, PROFILE_TYPE,
                            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(profile, "Id")));
}

static void take_support_away(cJSON *profile)
{
    const cJSON *sidewalk = cJSON_GetObjectItemCaseSensitive(profile, "Sidewalk");
    cJSON *dak;

    cJSON_ArrayForEach(dak, cJSON_GetObjectItemCaseSensitive(sidewalk, "DakCertificateMetadata"))
        cJSON_ReplaceItemInObjectCaseSensitive(dak, "FactorySupport", cJSON_CreateFalse());
}

bool wireless_get_profile(struct wireless_call *call)
{
    const cJSON *found = profiles_find(&call->cloud->profiles, call->id);

    if (!found)
        return wireless_not_found(call, PROFILE_TYPE, call->id);
    JSON cJSON *profile = cJSON_Duplicate(found, 1);
    cJSON_DeleteItemFromObjectCaseSensitive(profile, "_token");
    if (call->cloud->faults.no_factory_support)
        take_support_away(profile);
    answer_json(call->answer, 200, profile);
    return true;
}
