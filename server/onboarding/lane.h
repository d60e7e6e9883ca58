/* SPDX-License-Identifier: Apache-2.0 */
/* A lane is one staging account on the dispatcher's thread: its claims, their publishes with any of its
 * claim-things, and the record of what became of them. For dispatcher.c only. All functions are for the
 * dispatcher's thread unless they say otherwise. */
#ifndef SERVER_ONBOARDING_LANE_H
#define SERVER_ONBOARDING_LANE_H

#include <stdbool.h>

#include "base/text.h"
#include "claim/settings.h"
#include "server/onboarding/leadership.h"
#include "server/onboarding/stats.h"
#include "server/store/store.h"

struct lane;

struct lane_options {
    const struct staging_account *account;
    const struct claim_settings *settings;
    struct store *store;
    const struct post *post; /* connects and publishes while this process leads; borrowed */
    /* Something has happened: call lane_step(). Any thread; must not block. */
    void (*wake)(void *context);
    void *context;
};

/* Returns NULL on error, with a sentence in *why. */
struct lane *lane_new(const struct lane_options *options, struct text *why);
/* Call after lane_settle() returned true. NULL is allowed. */
void lane_free(struct lane *lane);

/* Connects and disconnects as this process begins and ends to lead. Returns the term in which it leads; 0: it
 * does not. Call before lane_step(). */
long long lane_follow_lead(struct lane *lane);

/* Does all that can be done now. Returns the milliseconds until the next call is needed, at most a second.
 * may_publish false: only keeps the connections up. */
long long lane_step(struct lane *lane, bool may_publish);

/* The store may have due claims: look at the next step. */
void lane_look(struct lane *lane);
/* Each connection is made again once nothing is in flight on it, with the certificate files as they are then.
 */
void lane_reconnect(struct lane *lane);
/* A claim's device has arrived: it is not sent any more. */
void lane_forget(struct lane *lane, long long claim_id);

/* Sends no more. Returns true when no store job and no publish is pending: repeat
 * until then. wait_for_pubacks false: releases what is in flight as well. */
bool lane_settle(struct lane *lane, bool wait_for_pubacks);

/* Any thread. */
void lane_stats(struct lane *lane, struct dispatcher_stats *out);

#endif
