/* SPDX-License-Identifier: Apache-2.0 */
/* Publishes endpoint messages. One thread for all staging accounts; each account has a lane (lane.h), which
 * asks turns.h for the next claim, and each of its claim-things has its own connection, window and pace.
 *
 * Delivery is at-least-once: a message that was in flight when the process died is sent again. That is
 * harmless to a module: it stores the same address, or has left staging and does not receive it. */
#ifndef SERVER_ONBOARDING_DISPATCHER_H
#define SERVER_ONBOARDING_DISPATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/settings.h"
#include "server/onboarding/leadership.h"
#include "server/onboarding/stats.h"
#include "server/store/store.h"

struct dispatcher_options {
    const struct claim_settings *settings;
    struct store *store;
    struct leadership *leadership;
    /* Asked before the first publish of a term: true once the events of the time without a leader have
     * been received, so that no device that has arrived gets its message again; also true for accounts that
     * another portal observes. After ten seconds the dispatcher publishes anyway. */
    bool (*ready)(void *context);
    void *context;
};

struct dispatcher;

/* Starts its thread. NULL with a sentence in *why: a certificate that cannot be read, a store that fails. */
struct dispatcher *dispatcher_start(const struct dispatcher_options *options, struct text *why);
/* Waits shortly for PUBACKs, ends the thread. The store must still run. */
void dispatcher_stop(struct dispatcher *dispatcher);
/* After dispatcher_stop(), when no thread calls it any more. NULL is fine. */
void dispatcher_free(struct dispatcher *dispatcher);

/* New claims are in the store. Any thread, cheap, never blocks. */
void dispatcher_wake(struct dispatcher *dispatcher);
/* Connects to all staging accounts again, with the certificate files as they are then. Any thread. */
void dispatcher_reconnect(struct dispatcher *dispatcher);
/* The claim has ended: what is taken for it already is not sent. Any thread. */
void dispatcher_forget(struct dispatcher *dispatcher, long long claim_id);

size_t dispatcher_lane_count(const struct dispatcher *dispatcher);
/* Any thread. */
void dispatcher_stats(struct dispatcher *dispatcher, size_t lane, struct dispatcher_stats *out);

#endif
