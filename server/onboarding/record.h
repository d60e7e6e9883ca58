/* SPDX-License-Identifier: Apache-2.0 */
/* What became of some deliveries, written down together in one job of the store. For one thread until it is
 * submitted; then it is the store's. */
#ifndef SERVER_ONBOARDING_RECORD_H
#define SERVER_ONBOARDING_RECORD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "server/store/store.h"

struct record;

/* For at most room deliveries. staging is borrowed; *under_way counts the records that the store has not
 * answered yet. */
struct record *record_new(struct store *store, const char *staging, atomic_int *under_way, size_t room);

size_t record_count(const struct record *record);

/* Times are wall ms; see claims_acknowledged(), claims_release() and claims_refused(). */
void record_acknowledged(struct record *record, long long claim_id, long long due);
void record_released(struct record *record, long long claim_id, long long due);
void record_refused(struct record *record, long long claim_id, long long due, bool give_up);

/* Hands it to the store, which frees it; an empty one is freed at once. Where it cannot be written, the lease
 * runs out and the claims are published once more: harmless. */
void record_submit(struct record *record);

#endif
