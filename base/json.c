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

static size_t skip_nuls(const char *payload, size_t length, size_t at)
{
    const size_t size = sizeof escaped_nul - 1;

    while (length - at >= size && memcmp(payload + at, escaped_nul, size) == 0)
        at += size;
    return at;
}

/* Copies the string whose first character is at from, without NULs at its ends where it is trimmed. Returns
 * where its closing quote is, or length. */
static size_t copy_string(const char *payload, size_t length, size_t from, bool trimmed, struct text *out)
{
    size_t at = trimmed ? skip_nuls(payload, length, from) : from;

    while (at < length && payload[at] != '"') {
        size_t next = trimmed ? skip_nuls(payload, length, at) : at;
        if (next > at && next < length && payload[next] == '"')
            return next;
        size_t size = payload[at] == '\\' && at + 1 < length ? 2 : 1;
        text_add(out, payload + at, size);
        at += size;
    }
    return at;
}

static bool is_named(const char *payload, size_t from, size_t to, const char *member)
{
    return to - from == strlen(member) && memcmp(payload + from, member, to - from) == 0;
}

cJSON *json_object_parse_scanned(const char *payload, size_t length, const char *member)
{
    TEXT struct text copy = TEXT_EMPTY;
    char before = 0; /* that is no space: a colon, where a member's value begins */
    bool is_scanned = false;

    if (payload == NULL || length > JSON_PAYLOAD_MAX)
        return NULL;
    for (size_t at = 0; at < length; at++) {
        char c = payload[at];
        text_add(&copy, &c, 1);
        if (c == '"') {
            size_t from = at + 1;
            at = copy_string(payload, length, from, before == ':' && is_scanned, &copy);
            is_scanned = before != ':' && is_named(payload, from, at, member);
            text_add(&copy, "\"", at < length ? 1 : 0);
        }
        if (strchr(" \t\r\n", c) == NULL)
            before = c;
    }
    return json_object_parse(text_get(&copy), copy.length);
}

/* The member whose name comes next after that of last; NULL: none. */
static const cJSON *next_by_name(const cJSON *object, const cJSON *last)
{
    const cJSON *each, *next = NULL;

    cJSON_ArrayForEach(each, object)
    {
        bool is_after = !last || strcmp(each->string, last->string) > 0;
        if (is_after && (!next || strcmp(each->string, next->string) < 0))
            next = each;
    }
    return next;
}

static void add_leaf(const cJSON *value, struct text *out)
{
    char *printed = cJSON_PrintUnformatted(value);

    text_puts(out, printed ? printed : "");
    cJSON_free(printed);
}

static void add_object(const cJSON *object, struct text *out)
{
    text_puts(out, "{");
    for (const cJSON *last = NULL, *each; (each = next_by_name(object, last)); last = each) {
        text_puts(out, last ? ",\"" : "\"");
        text_json(out, each->string);
        text_puts(out, "\":");
        json_canonical(each, out);
    }
    text_puts(out, "}");
}

void json_canonical(const cJSON *value, struct text *out)
{
    const cJSON *each;

    if (cJSON_IsObject(value)) {
        add_object(value, out);
        return;
    }
    if (!cJSON_IsArray(value)) {
        add_leaf(value, out);
        return;
    }
    text_puts(out, "[");
    cJSON_ArrayForEach(each, value)
    {
        text_puts(out, each == value->child ? "" : ",");
        json_canonical(each, out);
    }
    text_puts(out, "]");
}

static bool has_twin(const cJSON *member)
{
    for (const cJSON *other = member->next; other; other = other->next)
        if (member->string && strcmp(other->string, member->string) == 0)
            return true;
    return false;
}

bool json_has_duplicates(const cJSON *value)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, value)
    {
        if ((cJSON_IsObject(value) && has_twin(each)) || json_has_duplicates(each))
            return true;
    }
    return false;
}

void json_free_at(cJSON **object)
{
    cJSON_Delete(*object);
}
