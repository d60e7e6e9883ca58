/* SPDX-License-Identifier: Apache-2.0 */
/* Backups of a store that is one file (SQLite). A backup is one file too: a copy of the database with a table
 * backup_manifest in it, which says when it was made, how many rows each table has, and the SHA-256 over all
 * of them. For operators' commands: these functions block, for minutes with a large database.
 *
 * They work in the caller's own process, beside a portal that runs: see engine/sqlite_backup.c for why that
 * is safe. */
#ifndef SERVER_STORE_BACKUP_H
#define SERVER_STORE_BACKUP_H

#include "base/text.h"
#include "server/store/backup_engine.h"
#include "server/store/job.h"

/* STORE_NOT_FOUND: this engine has tools of its own. For all three: STORE_BROKEN is what is wrong with the
 * contents of a file; STORE_FULL is what could not be read or written. *why has a sentence. */

/* A consistent copy, verified against what it was copied from. The file appears under its name when it is
 * whole and on disk, readable by its owner alone. */
enum store_error backup_write(const struct backup_request *request, struct backup_report *out,
                              struct text *why) __attribute__((warn_unused_result));

/* Structure (integrity_check, foreign keys), rows of each table, and the digest. Changes nothing. */
enum store_error backup_verify(const struct backup_request *request, struct backup_report *out,
                               struct text *why) __attribute__((warn_unused_result));

/* Verifies, then puts the copy in the place of the database. *kept: where the replaced database is now, ""
 * where there was none. STORE_IN_USE: a portal runs on it. STORE_TOO_NEW: the backup is newer than this
 * program, or the database newer than the backup. */
enum store_error backup_restore(const struct backup_request *request, struct backup_report *out,
                                struct text *kept, struct text *why) __attribute__((warn_unused_result));

/* Inside a job: when the last verified backup was made, wall ms; 0: never, or the engine does not know. */
long long backup_last(struct store_tx *tx);

#endif
