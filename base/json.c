/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <string.h>

static const char escaped_nul[] = "\\u0000";

static int only_space(const char *from, const char *end)
{
    while (from < end && strchr(" \t\r\n", *from) != NULL)
        from++;
    return from == end;
}

cJSON *json_object_parse_within(const char *payload, size_t length, size_t most)
{
    if (payload == NULL || length == 0 || length > most)
        return NULL;
    if (memchr(payload, '\0', length) != NULL ||
        memmem(payload, length, escaped_nul, sizeof escaped_nul - 1) != NULL)
        return NULL;

    const char *end = NULL;
    JSON cJSON *parsed = cJSON_ParseWithLengthOpts(payload, length, &end, 0);
    if (!cJSON_IsObject(parsed) || !only_space(end, payload + length))
        return NULL;
    cJSON *object = parsed;
    parsed = NULL;
    return object;
}

cJSON *json_object_parse(const char *payload, size_t length)
{
    return json_object_parse_within(payload, length, JSON_PAYLOAD_MAX);
}

void json_free_at(cJSON **object)
{
    cJSON_Delete(*object);
}
