/* SPDX-License-Identifier: Apache-2.0 */
/* After an erasure: nothing of it is left in the database file and its -wal. For sqlite.c. */
#ifndef SERVER_STORE_ENGINE_SQLITE_SCRUB_H
#define SERVER_STORE_ENGINE_SQLITE_SCRUB_H

#include <stdbool.h>

struct sqlite3;

/* On the writer's connection, outside of a transaction. alone: nobody waits for the writer. False: a reader
 * is at work, call again. *rewritten: kept by the caller between the calls, false at first. Changes the busy
 * timeout. */
bool sqlite_scrub_file(struct sqlite3 *handle, bool alone, bool *rewritten);

#endif
