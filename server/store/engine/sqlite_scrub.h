/* SPDX-License-Identifier: Apache-2.0 */
/* Removes the traces of erased data from the database file and its -wal. For sqlite.c. */
#ifndef SERVER_STORE_ENGINE_SQLITE_SCRUB_H
#define SERVER_STORE_ENGINE_SQLITE_SCRUB_H

#include <stdbool.h>

struct sqlite3;

/* Call on the writer's connection, outside of a transaction. alone: no jobs wait for the writer. Returns
 * false if a reader prevents it; call again later. *rewritten: kept by the caller between calls, false at
 * first. Changes the busy timeout. */
bool sqlite_scrub_file(struct sqlite3 *handle, bool alone, bool *rewritten);

#endif
