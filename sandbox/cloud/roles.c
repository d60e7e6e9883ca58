/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/roles.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/store.h"

void roles_open(struct roles *roles, const char *folder)
{
    roles->path = store_path(folder, "iam.json");
    roles->all = store_read(roles->path);
    if (!cJSON_IsObject(roles->all)) {
        cJSON_Delete(roles->all);
        roles->all = cJSON_CreateObject();
    }
}

void roles_close(struct roles *roles)
{
    free(roles->path);
    cJSON_Delete(roles->all);
}

void roles_prepare(struct roles *roles, const char *name, const char *service)
{
    TEXT struct text arn = TEXT_EMPTY, document = TEXT_EMPTY;

    if (roles_find(roles, name))
        return;
    cJSON *role = roles_add(roles, name);
    text_printf(&arn, "arn:aws:iam::" ARN_ACCOUNT ":role/%s", name);
    text_printf(&document,
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
                "\"%s\"},\"Action\":\"sts:AssumeRole\"}]}",
                service);
    cJSON_AddStringToObject(role, "id", "AROASANDBOXSIDEWALK");
    cJSON_AddStringToObject(role, "arn", text_get(&arn));
    cJSON_AddStringToObject(role, "name", name);
    cJSON_AddStringToObject(role, "path", "/");
    cJSON_AddStringToObject(role, "document", text_get(&document));
    cJSON_AddNumberToObject(role, "maxSession", 3600);
    cJSON_AddNumberToObject(role, "createdMs", 0);
    cJSON_AddArrayToObject(role, "policies");
    roles_changed(roles);
}

cJSON *roles_find(const struct roles *roles, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(roles->all, name);
}

cJSON *roles_add(struct roles *roles, const char *name)
{
    return cJSON_AddObjectToObject(roles->all, name);
}

void roles_remove(struct roles *roles, const char *name)
{
    cJSON_DeleteItemFromObjectCaseSensitive(roles->all, name);
    roles_changed(roles);
}

void roles_changed(struct roles *roles)
{
    store_write(roles->path, roles->all);
}

/* The member is one text, or a list of texts. */
static bool names(const cJSON *member, const char *text)
{
    const cJSON *each;

    if (cJSON_IsString(member))
        return strcmp(member->valuestring, text) == 0;
    cJSON_ArrayForEach(each,
                       member) if (cJSON_IsString(each) && strcmp(each->valuestring, text) == 0) return true;
    return false;
}

static bool allows(const cJSON *statement, const char *service)
{
    const cJSON *principal = cJSON_GetObjectItemCaseSensitive(statement, "Principal"),
                *action = cJSON_GetObjectItemCaseSensitive(statement, "Action");
    const char *effect = store_text(statement, "Effect");

    return effect && strcmp(effect, "Allow") == 0 && names(action, "sts:AssumeRole") &&
           names(cJSON_GetObjectItemCaseSensitive(principal, "Service"), service);
}

enum role_trust roles_trust(const struct roles *roles, const char *arn, const char *service)
{
    const char *name = strrchr(arn, '/');
    const cJSON *role = name ? roles_find(roles, name + 1) : NULL, *each;

    if (!role || strcmp(store_text(role, "arn"), arn) != 0)
        return ROLE_MISSING;
    JSON cJSON *document = cJSON_Parse(store_text(role, "document"));
    const cJSON *statements = cJSON_GetObjectItemCaseSensitive(document, "Statement");
    if (cJSON_IsObject(statements))
        return allows(statements, service) ? ROLE_TRUSTS : ROLE_TRUSTS_OTHERS;
    cJSON_ArrayForEach(each, statements) if (allows(each, service)) return ROLE_TRUSTS;
    return ROLE_TRUSTS_OTHERS;
}
