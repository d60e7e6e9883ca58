/* SPDX-License-Identifier: Apache-2.0 */
/* The registry and lifecycle events that an AWS IoT account publishes (IoT, "Registry events", "Lifecycle
 * events"), with simulated faults. Broker's thread only.
 *
 * A control file, read again for each event, holds a JSON object. A missing file or key means these values:
 *   {"created": true, "presence": true, "copies": 1, "created_delay_ms": 0, "presence_delay_ms": 0}
 * false omits events, copies sends duplicates, two different delays change their order (the broker checks its
 * clock ten times a second). */
#ifndef SANDBOX_ACCOUNT_EVENTS_H
#define SANDBOX_ACCOUNT_EVENTS_H

#include "sandbox/account_journal.h"
#include "sandbox/peer_certificate.h"

#define SESSION_ID_SIZE 37

struct account_events;

/* control_file: copied; NULL: none. The result is owned; NULL if memory runs out. */
struct account_events *account_events_new(const char *control_file);
void account_events_free(struct account_events *events); /* NULL is allowed */

/* A client's session, as both presence events describe it. Strings are borrowed. */
struct account_session {
    const char *client_id;
    const char *session_id;
    const char *principal; /* certificate id */
    const char *ip_address;
    unsigned long version;
};

void account_events_registered(struct account_events *events, const char *authority_id,
                               const char *certificate_id);
/* published: thing events are on. */
void account_events_created(struct account_events *events, const char *thing_name, bool published);
void account_events_connected(struct account_events *events, const struct account_session *session);
/* Always reported as a lost connection: mosquitto 2.0.11 does not tell a plugin whether there was a
 * DISCONNECT. */
void account_events_disconnected(struct account_events *events, const struct account_session *session);

/* Everything is also written to the journal from now on; borrowed. */
void account_events_note_in(struct account_events *events, struct account_journal *journal);

/* Publishes delayed events that are due. */
void account_events_tick(struct account_events *events);

/* Writes a random UUID. */
void account_uuid(char out[SESSION_ID_SIZE]);

#endif
