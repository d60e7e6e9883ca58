/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/presence.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"

#define LATEST_MS 4102444800000.0 /* the year 2100; a later time or NaN is not a valid timestamp */

/* Where each kind has the thing name, and what its payload must agree with. */
static const struct shape {
    enum presence_kind kind;
    const char *before, *after; /* around the name in the topic */
    const char *name_key;
    const char *verb_key, *verb;
} shapes[] = {
    {PRESENCE_CREATED, "$aws/events/thing/", "/created", "thingName", "operation", "CREATED"},
    {PRESENCE_CONNECTED, "$aws/events/presence/connected/", "", "clientId", "eventType", "connected"},
};

static bool name_from_topic(const struct shape *shape, const char *topic, char out[IDENTIFIER_SIZE])
{
    size_t before = strlen(shape->before);
    size_t after = strlen(shape->after);
    size_t length = strlen(topic);

    if (length <= before + after || strncmp(topic, shape->before, before) != 0 ||
        strcmp(topic + length - after, shape->after) != 0)
        return false;
    size_t name_length = length - before - after;
    if (!identifier_is_thing_name(topic + before, name_length))
        return false;
    memcpy(out, topic + before, name_length);
    out[name_length] = '\0';
    return true;
}

static bool same_text(const cJSON *item, const char *wanted)
{
    const char *text = cJSON_GetStringValue(item);
    return text != NULL && strcmp(text, wanted) == 0;
}

static bool same_word(const cJSON *item, const char *wanted)
{
    const char *text = cJSON_GetStringValue(item);
    return text != NULL && strcasecmp(text, wanted) == 0;
}

/* Checks every item, not just the first of each key: duplicate keys must not disagree. */
static bool agrees(const struct shape *shape, const cJSON *object, const char *thing_name)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, object)
    {
        if (strcmp(item->string, shape->name_key) == 0 && !same_text(item, thing_name))
            return false;
        if (strcmp(item->string, shape->verb_key) == 0 && !same_word(item, shape->verb))
            return false;
    }
    return true;
}

static long long timestamp_ms(const cJSON *object)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "timestamp");

    if (!cJSON_IsNumber(item) || !(item->valuedouble > 0 && item->valuedouble < LATEST_MS))
        return 0;
    return (long long)item->valuedouble;
}

static bool parse_as(const struct shape *shape, const char *topic, const char *payload, size_t length,
                     struct presence *out)
{
    struct presence presence = {.kind = shape->kind};

    if (!name_from_topic(shape, topic, presence.thing_name))
        return false;
    JSON cJSON *object = json_object_parse(payload, length);
    if (object == NULL || !agrees(shape, object, presence.thing_name))
        return false;
    presence.at_ms = timestamp_ms(object);
    *out = presence;
    return true;
}

bool presence_parse(const char *topic, const char *payload, size_t length, struct presence *out)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (parse_as(&shapes[i], topic, payload, length, out))
            return true;
    return false;
}

/* Whether the topic is one of those that the rules select, whatever the name in it. */
static bool is_selected(const char *topic)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t before = strlen(shapes[i].before), after = strlen(shapes[i].after), length = strlen(topic);
        if (length > before + after && strncmp(topic, shapes[i].before, before) == 0 &&
            strcmp(topic + length - after, shapes[i].after) == 0)
            return true;
    }
    return false;
}

enum presence_note presence_parse_note(const char *message, size_t length, struct presence *out)
{
    JSON cJSON *object = json_object_parse(message, length);
    const char *topic = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "topic"));

    if (!topic || !is_selected(topic))
        return PRESENCE_NOTE_GARBAGE;
    return presence_parse(topic, message, length, out) ? PRESENCE_NOTE_THING : PRESENCE_NOTE_OTHER;
}
