/* SPDX-License-Identifier: Apache-2.0 */
/* The time of everything that the store keeps: when claims were accepted, are offered again, expire.
 * Portals on one PostgreSQL server all follow its clock, so that theirs may differ; with SQLite it is the
 * machine's. In either case without steps (base/steady_clock.h): a clock that is set by an hour ends no
 * claim.
 *
 * One for the process. Until store_clock_start() it is the machine's clock. */
#ifndef SERVER_STORE_STORE_CLOCK_H
#define SERVER_STORE_STORE_CLOCK_H

#include "server/store/job.h"

/* Milliseconds since 1970. Any thread, never blocks. */
long long store_clock_ms(void);

/* Asks the database, or the machine, for the time. For use inside a store_job's run(); one thread. */
enum store_error store_clock_start(struct store_tx *tx);
/* The same, again and again: every few seconds. */
enum store_error store_clock_follow(struct store_tx *tx);

#endif
