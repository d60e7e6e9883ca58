/* SPDX-License-Identifier: Apache-2.0 */
/* What the OEM account says that proves that a device has arrived (IoT, life-cycle and registry events):
 *   $aws/events/thing/<thingName>/created          JITP made the thing; payload has thingName, timestamp (ms)
 *   $aws/events/presence/connected/<clientId>      a device connected; an ExpressLink module's client id is
 * its ThingName; payload has clientId, timestamp (ms), eventType Both may be duplicated and come out of
 * order. Pure functions, any thread. */
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
    long long at_ms;                  /* the event's own timestamp, wall ms; 0 when it has none */
};

/* False, with out untouched, for other topics, for names that are no ThingName ([A-Za-z0-9_-]{8,64}: other
 * clients of the account), and for payloads that are not a JSON object or that contradict the topic. */
bool presence_parse(const char *topic, const char *payload, size_t length, struct presence *out);

#endif
