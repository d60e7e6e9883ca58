/* SPDX-License-Identifier: Apache-2.0 */
/* Periodic work on the store: makes claims `onboarded` if their thing was created but no connection was seen,
 * makes claims `expired` when their window ends, applies what time brings to requests for devices
 * (ownership/), deletes data after its retention time, and joins the rows of the claim counts. Reads how long
 * claims wait (portal/waiting.h). A thread submits one small job at a time. While there is more to do, it
 * pauses four times as long as the job took, so that requests do not wait for it. */
#ifndef SERVER_HOUSEKEEPING_H
#define SERVER_HOUSEKEEPING_H

#include "server/portal/waiting.h"
#include "server/store/retention.h"
#include "server/store/store.h"

struct housekeeping;

/* Starts the thread. All are borrowed until housekeeping_stop(). Returns NULL if the thread
 * cannot be started. */
struct housekeeping *housekeeping_start(struct store *store, const struct retention *retention,
                                        struct waiting *waiting);
/* Stops the thread and waits for it. Call before store_close(). Accepts NULL. */
void housekeeping_stop(struct housekeeping *housekeeping);

#endif
