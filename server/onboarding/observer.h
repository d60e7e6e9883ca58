/* SPDX-License-Identifier: Apache-2.0 */
/* An observer is one OEM account: its connection, the events that wait to be recorded, and the batch that the
 * store has. For watcher.c only. All functions are for the watcher's thread unless they say otherwise. */
#ifndef SERVER_ONBOARDING_OBSERVER_H
#define SERVER_ONBOARDING_OBSERVER_H

#include <stdbool.h>

#include "base/text.h"
#include "server/onboarding/leadership.h"
#include "server/onboarding/stats.h"
#include "server/store/store.h"

struct observer;

struct observer_options {
    const struct oem_endpoint *endpoint; /* borrowed */
    struct store *store;
    const struct post *post; /* connects and records while this process leads; borrowed */
    /* A claim's device is there. */
    void (*arrived)(void *context, long long claim_id);
    void *arrived_context;
    /* Something has happened: call observer_step(). Any thread; must not block. */
    void (*wake)(void *context);
    void *context;
};

/* Starts a thread of its own, which connects. NULL with a sentence in *why. */
struct observer *observer_new(const struct observer_options *options, struct text *why);
/* Call when idle. Disconnects. NULL is allowed. */
void observer_free(struct observer *observer);

/* Does all that can be done now. Returns the milliseconds until the next call is needed. */
long long observer_step(struct observer *observer);

/* Connects again, with the certificate files as they are then. Any thread. */
void observer_reconnect(struct observer *observer);

/* Takes no more events; what is queued is recorded by observer_step(). */
void observer_pause(struct observer *observer);
/* Drops what the store does not have yet. It is not acknowledged, and comes again. */
void observer_give_up(struct observer *observer);
/* Nothing is queued, and the store has no job. */
bool observer_is_idle(struct observer *observer);

/* Subscribed, idle, and no event came for a moment: what the account had kept has been recorded; or another
 * portal leads. Any thread. */
bool observer_is_settled(struct observer *observer);

/* Any thread. */
void observer_stats(struct observer *observer, struct watcher_stats *out);

#endif
