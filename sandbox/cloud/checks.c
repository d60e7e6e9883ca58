/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/checks.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "sandbox/cloud/bucket.h"

#define TAGS_MAX 200

static void fail(struct text *why, const char *name, const char *constraint)
{
    text_printf(why, "1 validation error detected: Value at '%s' failed to satisfy constraint: %s", name,
                constraint);
}

static bool check_length(const struct check *check, const char *text, struct text *why)
{
    TEXT struct text constraint = TEXT_EMPTY;
    size_t length = strlen(text);

    if (length < check->least)
        text_printf(&constraint, "Member must have length greater than or equal to %zu", check->least);
    else if (length > check->most)
        text_printf(&constraint, "Member must have length less than or equal to %zu", check->most);
    else if (check->characters && text[strspn(text, check->characters)] != '\0')
        text_puts(&constraint, "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+");
    if (constraint.length)
        fail(why, check->name, text_get(&constraint));
    return constraint.length == 0;
}

bool check_text(const cJSON *object, const struct check *check, const char **out, struct text *why)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, check->name);
    const char *text = cJSON_GetStringValue(member);

    if (!member || cJSON_IsNull(member)) {
        if (check->required)
            fail(why, check->name, "Member must not be null");
        else
            *out = NULL;
        return !check->required;
    }
    if (!text) {
        fail(why, check->name, "Member must be a string");
        return false;
    }
    if (!check_length(check, text, why))
        return false;
    *out = text;
    return true;
}

bool check_tags(const cJSON *object, struct text *why)
{
    static const struct check key = {"Key", true, 1, 128, NULL}, value = {"Value", true, 0, 256, NULL};
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(object, "Tags"), *tag;
    const char *text;

    if (!tags || cJSON_IsNull(tags))
        return true;
    if (!cJSON_IsArray(tags) || cJSON_GetArraySize(tags) > TAGS_MAX) {
        fail(why, "Tags", "Member must be a list of at most 200");
        return false;
    }
    cJSON_ArrayForEach(tag, tags) if (!check_text(tag, &key, &text, why) ||
                                      !check_text(tag, &value, &text, why)) return false;
    return true;
}

bool check_number(const char *name, const char *text, long most, long *out, struct text *why)
{
    long long value = 0;

    if (*text && !number_parse(text, 0, most, &value)) {
        TEXT struct text constraint = TEXT_EMPTY;
        text_printf(&constraint, "Member must be a number from 0 to %ld", most);
        fail(why, name, text_get(&constraint));
        return false;
    }
    *out = (long)value;
    return true;
}

bool check_role(const char *role, struct text *why)
{
    const char *at = strncmp(role, "arn:aws", 7) == 0 ? strstr(role, ":iam::") : NULL;

    if (at && strspn(at + 6, "0123456789") == 12 && strncmp(at + 18, ":role/", 6) == 0 && at[24])
        return true;
    fail(why, "Role", "Member must be the ARN of a role");
    return false;
}

bool check_url(const char *url, struct text *why)
{
    TEXT struct text bucket = TEXT_EMPTY;
    TEXT struct text key = TEXT_EMPTY;

    if (buckets_split_url(url, &bucket, &key))
        return true;
    fail(why, "DeviceCreationFile", "Member must be the URL of an object in S3: s3://bucket/key");
    return false;
}
