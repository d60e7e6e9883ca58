/* SPDX-License-Identifier: Apache-2.0 */
#include "account/role_trust.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

static void decode(const char *text, struct text *out)
{
    for (; *text; text++) {
        char digits[3] = {text[0] == '%' ? text[1] : '\0', text[1] ? text[2] : '\0', '\0'};
        char byte = (char)strtoul(digits, NULL, 16);
        bool is_encoded = text[0] == '%' && strspn(digits, "0123456789abcdefABCDEF") == 2 && byte;
        text_add(out, is_encoded ? &byte : text, 1);
        text += is_encoded ? 2 : 0;
    }
}

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

static bool statement_lets_in(const cJSON *statement)
{
    const cJSON *action = cJSON_GetObjectItemCaseSensitive(statement, "Action");
    const cJSON *principal = cJSON_GetObjectItemCaseSensitive(statement, "Principal");
    const cJSON *service = cJSON_GetObjectItemCaseSensitive(principal, "Service");

    return has_text(cJSON_GetObjectItemCaseSensitive(statement, "Effect"), "Allow") &&
           (has_text(action, "sts:AssumeRole") || has_text(action, "sts:*") || has_text(action, "*")) &&
           (has_text(service, "iot.amazonaws.com") || has_text(service, "iot.amazonaws.com.cn"));
}

bool role_trust_lets_iot_in(const char *encoded)
{
    TEXT struct text text = TEXT_EMPTY;
    const cJSON *statement;

    decode(encoded ? encoded : "", &text);
    JSON cJSON *document = json_object_parse(text_get(&text), text.length);
    const cJSON *statements = cJSON_GetObjectItemCaseSensitive(document, "Statement");
    if (cJSON_IsObject(statements))
        return statement_lets_in(statements);
    cJSON_ArrayForEach(statement, statements)
    {
        if (statement_lets_in(statement))
            return true;
    }
    return false;
}
