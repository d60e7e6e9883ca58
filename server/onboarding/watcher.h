/* SPDX-License-Identifier: Apache-2.0 */
/* Watches the OEM accounts for devices that have arrived: `thing created` and `presence connected` events
 * (IoT). They are the only proof: a PUBACK says that the staging account has the message, not that the module
 * has it (PG 12.5).
 *
 * Each account has an observer with a connection and a thread of its own. Its MQTT session is kept
 * (CleanSession = 0), so that events of the time while the portal was away come when it is back. Events go
 * into a bounded queue. The watcher's thread takes what is queued in batches: one read finds those that
 * concern a claim, one write records these, and only then are they acknowledged to the account. An event that
 * the store can never take is set aside, so that it does not hold up the others. Of portals that share a
 * database one observes an account, the leader. */
#ifndef SERVER_ONBOARDING_WATCHER_H
#define SERVER_ONBOARDING_WATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/settings.h"
#include "server/onboarding/leadership.h"
#include "server/onboarding/stats.h"
#include "server/store/store.h"

struct watcher_options {
    const struct claim_settings *settings;
    struct store *store;
    struct leadership *leadership;
    /* A claim's device is there: nothing more is to be published for it. On the watcher's thread, must not
     * block. */
    void (*arrived)(void *context, long long claim_id);
    void *context;
};

struct watcher;

/* Starts its threads. NULL with a sentence in *why. */
struct watcher *watcher_start(const struct watcher_options *options, struct text *why);
/* Takes no more events, records those that are queued (for five seconds at most: what is not recorded is not
 * acknowledged, and comes again), and ends the threads. The store must still run. NULL is allowed. */
void watcher_stop(struct watcher *watcher);

/* Connects to all observed accounts again, with the certificate files as they are then. Any thread. */
void watcher_reconnect(struct watcher *watcher);

/* Every account that this process observes is subscribed, and what it had kept for us has been recorded. Any
 * thread. */
bool watcher_is_settled(struct watcher *watcher);

size_t watcher_count(const struct watcher *watcher);
/* Any thread. */
void watcher_stats(struct watcher *watcher, size_t index, struct watcher_stats *out);

#endif
