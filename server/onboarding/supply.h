/* SPDX-License-Identifier: Apache-2.0 */
/* The open claims of one staging account, between the store and the lane: it takes new ones from the store,
 * decides whose turn it is (turns.h), and reads what is sent next. It also notices claims that have ended
 * elsewhere. For the dispatcher's thread. */
#ifndef SERVER_ONBOARDING_SUPPLY_H
#define SERVER_ONBOARDING_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/settings.h"
#include "server/onboarding/leadership.h"
#include "server/onboarding/turns.h"
#include "server/store/deliveries.h"
#include "server/store/store.h"

#define SUPPLY_MAX DELIVERIES_MAX

struct supply;

struct supply_options {
    const struct staging_account *account; /* borrowed */
    const struct schedule *schedule;       /* borrowed */
    long long window_ms;                   /* how long a claim is open */
    struct store *store;
    const struct post *post;     /* borrowed */
    void (*wake)(void *context); /* the store has answered; any thread, must not block */
    void *context;
};

struct supply *supply_new(const struct supply_options *options);
/* While supply_is_asking() is false. NULL is allowed. */
void supply_free(struct supply *supply);

/* How many claim-things are connected. The account's rate is for each of them. */
void supply_set_connections(struct supply *supply, size_t connections);
/* Takes in what the store has answered, and asks it for what is needed. want: deliveries are to be sent. */
void supply_step(struct supply *supply, bool want);
/* Milliseconds until supply_step() has something to do, at most a second. */
long long supply_wait(struct supply *supply);
/* The store has a job of it. */
bool supply_is_asking(const struct supply *supply);

/* The one to send next; NULL: none. Borrowed until the next call. */
const struct delivery *supply_first(const struct supply *supply);
/* It is sent: the next one is first. One of supply_published(), supply_put_back() and supply_ended() follows
 * for it. */
void supply_drop_first(struct supply *supply);
size_t supply_count(const struct supply *supply);
/* Nothing can be sent now: what was ready takes its turn again later. */
void supply_put_all_back(struct supply *supply);

/* Returns what turns_published() does. */
long long supply_published(struct supply *supply, long long claim_id);
/* It was not published, and may be sent again at not_before (of store_clock.h). */
void supply_put_back(struct supply *supply, long long claim_id, long long not_before);
void supply_ended(struct supply *supply, long long claim_id, enum turns_end end);

/* The store has something new. */
void supply_look(struct supply *supply);
/* This process leads from now on: forgets everything, and reads it from the store again. */
void supply_restart(struct supply *supply, long long term);

void supply_counts(const struct supply *supply, struct turns_counts *out);

/* After this time the store offers a taken delivery again, in case its lane has ended. */
#define SUPPLY_OFFERED_AGAIN_MS 300000

#endif
