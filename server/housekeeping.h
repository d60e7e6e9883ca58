/* SPDX-License-Identifier: Apache-2.0 */
/* What time does to claims and to what is kept of them: claims that have arrived as far as can be seen are
 * onboarded, those whose window is over expire, what was kept long enough is removed, counts are joined. A
 * thread that submits one small job at a time; while there is more to do it rests four times as long as the
 * job took, so that no request waits for it. */
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
