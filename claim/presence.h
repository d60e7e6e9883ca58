/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the OEM account's events that prove that a device has arrived (IoT, life-cycle and registry events):
 *   $aws/events/thing/<thingName>/created: JITP created the thing; has thingName, timestamp (ms)
 *   $aws/events/presence/connected/<clientId>: a device connected; has clientId, timestamp (ms), eventType
 * The client id of an ExpressLink module is its ThingName. Events may be duplicated and out of order. Pure
 * functions, any thread. */
#ifndef CLAIM_PRESENCE_H
#define CLAIM_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/identifier.h"

#define PRESENCE_TOPIC_CREATED "$aws/events/thing/+/created"
#define PRESENCE_TOPIC_CONNECTED "$aws/events/presence/connected/+"

enum presence_kind { PRESENCE_CREATED, PRESENCE_CONNECTED };

struct presence {
    enum presence_kind kind;
    char thing_name[IDENTIFIER_SIZE]; /* from the topic */
    long long at_ms;                  /* timestamp of the event, wall ms; 0 if missing */
};

/* Returns false and leaves out untouched for other topics, for names that are not a ThingName
 * ([A-Za-z0-9_-]{8,64}: other clients of the account), and for payloads that are not a JSON object or
 * contradict the topic. */
bool presence_parse(const char *topic, const char *payload, size_t length, struct presence *out);

enum presence_note {
    PRESENCE_NOTE_THING,   /* an event that presence_parse() accepts */
    PRESENCE_NOTE_OTHER,   /* another event of the account, such as a connection of another client */
    PRESENCE_NOTE_GARBAGE, /* no event, or of another kind */
};
/* Parses the message of a rule of the account that adds the topic to the event, as its member "topic"
 * (account/setup/rules.c). *out is untouched except for PRESENCE_NOTE_THING. */
enum presence_note presence_parse_note(const char *message, size_t length, struct presence *out);

#endif
