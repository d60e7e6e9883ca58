/* SPDX-License-Identifier: Apache-2.0 */
/* Hears in the OEM accounts that devices have arrived: `thing created` and `presence connected` events (IoT).
 * The only proof that there is: a PUBACK says that the staging account has the message, not that the module
 * does (PG 12.5).
 *
 * Each observer keeps its MQTT session (CleanSession = 0), so that events of the time while the portal was
 * away come when it is back. An event is acknowledged to the account only after the store has it: Paho sends
 * the PUBACK when the callback returns, so the callback waits for the commit. AWS delivers at most 100
 * messages a second to a connection (IoT limits), which leaves it the time. */
#ifndef SERVER_ONBOARDING_WATCHER_H
#define SERVER_ONBOARDING_WATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/mqtt.h"
#include "claim/settings.h"
#include "server/store/store.h"

struct watcher_stats { /* for one OEM account */
    const char *endpoint;
    bool observed;                 /* false: no observer's certificate is configured */
    bool connected;                /* and subscribed */
    char reason[MQTT_REASON_SIZE]; /* why not, for people */
    unsigned long connects, failures;
    unsigned long events, arrivals;
};

struct watcher_options {
    const struct claim_settings *settings;
    struct store *store;
    /* A claim's device is there: nothing more is to be published for it. Any thread, must not block. */
    void (*arrived)(void *context, long long claim_id);
    void *context;
};

struct watcher;

/* Starts its thread. NULL with a sentence in *why. */
struct watcher *watcher_start(const struct watcher_options *options, struct text *why);
/* The store must still run. NULL is fine. */
void watcher_stop(struct watcher *watcher);

/* Every observed account is subscribed, and what it had kept for us has been heard. Any thread. */
bool watcher_is_settled(struct watcher *watcher);

size_t watcher_count(const struct watcher *watcher);
/* Any thread. */
void watcher_stats(struct watcher *watcher, size_t index, struct watcher_stats *out);

#endif
