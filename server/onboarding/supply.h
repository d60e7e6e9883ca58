/* SPDX-License-Identifier: Apache-2.0 */
/* The deliveries that were leased from the store for one staging account and wait to be sent, the oldest
 * first; it takes new ones before they run out. For the dispatcher's thread. */
#ifndef SERVER_ONBOARDING_SUPPLY_H
#define SERVER_ONBOARDING_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/settings.h"
#include "server/onboarding/leadership.h"
#include "server/store/claims.h"
#include "server/store/store.h"

#define SUPPLY_MAX 512

struct supply;

struct supply_options {
    const struct staging_account *account;
    struct store *store;
    const struct post *post;     /* leases while this process leads; borrowed */
    void (*wake)(void *context); /* the store has answered; any thread, must not block */
    void *context;
};

struct supply *supply_new(const struct supply_options *options);
/* While no lease is under way. NULL is fine. */
void supply_free(struct supply *supply);

size_t supply_count(const struct supply *supply);
/* The one to be sent next; NULL: none. Borrowed until the next call. */
const struct delivery *supply_first(const struct supply *supply);
void supply_drop_first(struct supply *supply);

/* Asks the store for more where there are few left and some may be due. */
void supply_ask(struct supply *supply);
/* Takes in what the store has answered, and lets go of leases that are running out. */
void supply_update(struct supply *supply);
/* Milliseconds until supply_ask() may find something; not more than a second. */
long long supply_wait(const struct supply *supply);
bool supply_is_asking(const struct supply *supply);

/* Something is due now, or will be at a time (of store_clock.h). */
void supply_look(struct supply *supply);
void supply_expect(struct supply *supply, long long due);

/* The claim has ended. */
void supply_forget(struct supply *supply, long long claim_id);

#endif
