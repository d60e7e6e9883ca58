/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/role_trust.h"

#include <string.h>

#include "base/json.h"
#include "base/percent.h"
#include "base/text.h"

/* The value is one text, or a list of texts. */
static bool has_text(const cJSON *value, const char *wanted)
{
    bool one = cJSON_IsString(value);
    const cJSON *list = cJSON_IsArray(value) ? value->child : NULL;

    for (const cJSON *each = one ? value : list; each; each = one ? NULL : each->next)
        if (cJSON_IsString(each) && strcmp(each->valuestring, wanted) == 0)
            return true;
    return false;
}

static bool statement_lets_in(const cJSON *statement, const char *wanted)
{
    const cJSON *action = cJSON_GetObjectItemCaseSensitive(statement, "Action");
    const cJSON *principal = cJSON_GetObjectItemCaseSensitive(statement, "Principal");
    const cJSON *service = cJSON_GetObjectItemCaseSensitive(principal, "Service");

    return has_text(cJSON_GetObjectItemCaseSensitive(statement, "Effect"), "Allow") &&
           (has_text(action, "sts:AssumeRole") || has_text(action, "sts:*") || has_text(action, "*")) &&
           has_text(service, wanted);
}

bool role_trust_lets_iot_in(const char *encoded)
{
    return role_trust_lets_in(encoded, "iot.amazonaws.com") ||
           role_trust_lets_in(encoded, "iot.amazonaws.com.cn");
}

bool role_trust_lets_in(const char *encoded, const char *service)
{
    TEXT struct text text = TEXT_EMPTY;
    const cJSON *statement;

    if (encoded)
        percent_decode(&text, encoded, strlen(encoded));
    JSON cJSON *document = json_object_parse(text_get(&text), text.length);
    const cJSON *statements = cJSON_GetObjectItemCaseSensitive(document, "Statement");
    if (cJSON_IsObject(statements))
        return statement_lets_in(statements, service);
    cJSON_ArrayForEach(statement, statements)
    {
        if (statement_lets_in(statement, service))
            return true;
    }
    return false;
}
