/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the OEM account's events about devices (IoT, life-cycle and registry events):
 *   $aws/events/thing/<thingName>/created: JITP created the thing; has thingName, timestamp (ms)
 *   $aws/events/presence/connected/<clientId>: a device connected; has clientId, timestamp (ms), eventType,
 *     sessionIdentifier, versionNumber
 *   $aws/events/presence/disconnected/<clientId>: its connection ended; the same
 * The first two prove that a device has arrived. The client id of an ExpressLink module is its ThingName.
 * Events may be duplicated and out of order. Pure functions, any thread. */
#ifndef CLAIM_PRESENCE_H
#define CLAIM_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/identifier.h"

#define PRESENCE_TOPIC_CREATED "$aws/events/thing/+/created"
#define PRESENCE_TOPIC_CONNECTED "$aws/events/presence/connected/+"
#define PRESENCE_TOPIC_DISCONNECTED "$aws/events/presence/disconnected/+"

enum presence_kind { PRESENCE_CREATED, PRESENCE_CONNECTED, PRESENCE_DISCONNECTED };

#define PRESENCE_SESSION_SIZE 65

struct presence {
    enum presence_kind kind;
    char thing_name[IDENTIFIER_SIZE];    /* from the topic */
    long long at_ms;                     /* timestamp of the event, wall ms; 0 if missing */
    char session[PRESENCE_SESSION_SIZE]; /* names the connection; "" if missing */
    long long version;                   /* counts the connections of this client, from 0; -1 if missing */
};

/* Returns false and leaves out untouched for other topics, for names that are not a ThingName
 * ([A-Za-z0-9_-]{8,64}: other clients of the account), and for payloads that are not a JSON object or
 * contradict the topic. */
bool presence_parse(const char *topic, const char *payload, size_t length, struct presence *out);

/* Whether a connected or disconnected event of a device came after a known one. Events come out of order and
 * twice; an event is not later than itself. Within half an hour the version decides: a connection's two
 * events have the same one, and the end of a connection that a new one has replaced may have the later
 * timestamp. Otherwise the timestamp decides: AWS begins to count anew after about an hour without a
 * connection. */
bool presence_is_later(const struct presence *event, const struct presence *known);

enum presence_note {
    PRESENCE_NOTE_THING,   /* an event that presence_parse() accepts */
    PRESENCE_NOTE_OTHER,   /* another event of the account, such as a connection of another client */
    PRESENCE_NOTE_GARBAGE, /* no event, or of another kind */
};
/* Parses the message of a rule of the account that adds the topic to the event, as its member "topic"
 * (account/setup/rules.c). *out is untouched except for PRESENCE_NOTE_THING. */
enum presence_note presence_parse_note(const char *message, size_t length, struct presence *out);

#endif
