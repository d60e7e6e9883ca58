/* SPDX-License-Identifier: Apache-2.0 */
/* The clients that a broker has let in, and what they have subscribed to since then. Broker's thread only. */
#ifndef SANDBOX_SESSIONS_H
#define SANDBOX_SESSIONS_H

#include <stdbool.h>

#include "sandbox/account_events.h"
#include "sandbox/mosquitto_api.h"

struct sessions;
struct session; /* borrowed, until it is closed */

/* Owned; NULL when out of memory. */
struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions); /* NULL is fine */

/* principal: certificate id. NULL when out of memory, or where the client has one. */
struct session *sessions_open(struct sessions *sessions, const struct mosquitto *client,
                              const char *principal);
/* NULL: it has none. */
struct session *sessions_find(const struct sessions *sessions, const struct mosquitto *client);
void sessions_close(struct sessions *sessions, struct session *session);

/* As the next presence event tells it: its version is a new one. Texts are the session's. */
struct account_session sessions_describe(struct sessions *sessions, const struct session *session);

void session_subscribe(struct session *session, const char *filter);
void session_unsubscribe(struct session *session, const char *filter);
/* Also true for what goes on from an earlier connection (clean session 0): its filters are not known. */
bool session_is_subscribed(const struct session *session, const char *topic);

#endif
