/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/presence.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"

#define VERSION_MS 1800000        /* versions are compared within this time */
#define VERSION_MAX 9e15          /* a larger number is not exact */
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
    {PRESENCE_DISCONNECTED, "$aws/events/presence/disconnected/", "", "clientId", "eventType",
     "disconnected"},
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

static long long version_of(const cJSON *object)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "versionNumber");

    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < VERSION_MAX))
        return -1;
    return (long long)item->valuedouble;
}

/* One that is too long is no session of AWS's, and names none. */
static void copy_session(const cJSON *object, char out[PRESENCE_SESSION_SIZE])
{
    const char *session = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "sessionIdentifier"));

    if (session && strlen(session) < PRESENCE_SESSION_SIZE)
        memcpy(out, session, strlen(session) + 1);
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
    presence.version = version_of(object);
    copy_session(object, presence.session);
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

bool presence_is_later(const struct presence *event, const struct presence *known)
{
    bool same_session = *event->session && strcmp(event->session, known->session) == 0;
    bool ends_known = event->kind == PRESENCE_DISCONNECTED && known->kind == PRESENCE_CONNECTED;
    bool follows_end = event->kind == PRESENCE_CONNECTED && known->kind == PRESENCE_DISCONNECTED;
    long long later_ms = event->at_ms - known->at_ms;

    if (event->version >= 0 && known->version >= 0 && later_ms < VERSION_MS && later_ms > -VERSION_MS) {
        if (event->version != known->version)
            return event->version > known->version;
        if (same_session)
            return ends_known;
    }
    if (later_ms != 0)
        return later_ms > 0;
    return same_session ? ends_known : follows_end;
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
