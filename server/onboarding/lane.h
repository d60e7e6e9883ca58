/* SPDX-License-Identifier: Apache-2.0 */
/* A lane is one staging account on the dispatcher's thread: its connection, the claims taken for it, the
 * publishes in flight. For dispatcher.c only. All functions are for the dispatcher's thread unless said
 * otherwise. */
#ifndef SERVER_ONBOARDING_LANE_H
#define SERVER_ONBOARDING_LANE_H

#include <stdbool.h>

#include "base/text.h"
#include "claim/settings.h"
#include "server/onboarding/stats.h"
#include "server/store/store.h"

struct lane;

struct lane_options {
    const struct staging_account *account;
    const struct claim_settings *settings;
    struct store *store;
    const char *leased_by;
    /* Something happened for the dispatcher to look at. Any thread, must not block. */
    void (*wake)(void *context);
    void *context;
};

/* NULL with a sentence in *why. */
struct lane *lane_new(const struct lane_options *options, struct text *why);
/* After lane_settle(). NULL is fine. */
void lane_free(struct lane *lane);

/* Does all that can be done now and returns the milliseconds until there may be more, at most a second.
 * may_publish: false only keeps the connection up. */
long long lane_step(struct lane *lane, bool may_publish);

/* The store may have due claims now. */
void lane_look(struct lane *lane);
/* Drops a claim that was taken and not sent yet. */
void lane_forget(struct lane *lane, long long claim_id);

/* Gives back what was taken; true when nothing is under way any more: no job, no publish. Repeat until then.
 */
bool lane_settle(struct lane *lane, bool wait_for_flights);

/* Any thread. */
void lane_stats(struct lane *lane, struct dispatcher_stats *out);

#endif
