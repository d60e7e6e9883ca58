/* SPDX-License-Identifier: Apache-2.0 */
/* What is done in the background so that nothing grows for ever: retention, and joining the counts of claims.
 * A thread that submits one small job at a time and rests four times as long as it took: no request waits for
 * it. */
#ifndef SERVER_HOUSEKEEPING_H
#define SERVER_HOUSEKEEPING_H

#include "server/store/retention.h"
#include "server/store/store.h"

struct housekeeping;

/* store and retention are borrowed until housekeeping_stop(). NULL when its thread cannot be started. */
struct housekeeping *housekeeping_start(struct store *store, const struct retention *retention);
/* While the store still runs. NULL is fine. */
void housekeeping_stop(struct housekeeping *housekeeping);

#endif
