/* SPDX-License-Identifier: Apache-2.0 */
/* The connected clients of a broker and their subscriptions. Broker's thread only. */
#ifndef SANDBOX_SESSIONS_H
#define SANDBOX_SESSIONS_H

#include <stdbool.h>

#include "sandbox/account_events.h"
#include "sandbox/mosquitto_api.h"

struct sessions;
struct session; /* borrowed until sessions_close() */

/* The result is owned; NULL if memory runs out. */
struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions); /* NULL is allowed */

/* principal: the certificate id. Returns NULL if memory runs out or the client already has a session. */
struct session *sessions_open(struct sessions *sessions, const struct mosquitto *client,
                              const char *principal);
/* Returns NULL if the client has no session. */
struct session *sessions_find(const struct sessions *sessions, const struct mosquitto *client);
void sessions_close(struct sessions *sessions, struct session *session);

/* Describes the session for the next presence event, with a new version. Strings belong to the session. */
struct account_session sessions_describe(struct sessions *sessions, const struct session *session);

void session_subscribe(struct session *session, const char *filter);
void session_unsubscribe(struct session *session, const char *filter);
/* Also true if the client continued an earlier session (clean session 0): its filters are unknown. */
bool session_is_subscribed(const struct session *session, const char *topic);

#endif
