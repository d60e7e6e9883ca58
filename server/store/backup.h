/* SPDX-License-Identifier: Apache-2.0 */
/* Writes, verifies and restores backups of an SQLite store. A backup is one file: a copy of the database with
 * an additional table, backup_manifest. The manifest has the time of the backup, the number of rows of each
 * table, and a SHA-256 over all rows. For operators' commands: these functions block, for minutes if the
 * database is large.
 *
 * They run in the caller's process while a portal runs. engine/sqlite_backup.c explains why this is safe. */
#ifndef SERVER_STORE_BACKUP_H
#define SERVER_STORE_BACKUP_H

#include "base/text.h"
#include "server/store/backup_engine.h"
#include "server/store/job.h"

/* All three return STORE_NOT_FOUND if the engine has its own tools, STORE_BROKEN if the contents of a file
 * are wrong, and STORE_FULL if a file cannot be read or written. On error *why has a sentence. */

/* Writes a consistent copy and verifies it against the database. The file appears under its name when it is
 * complete and on disk. Only its owner can read it. */
enum store_error backup_write(const struct backup_request *request, struct backup_report *out,
                              struct text *why) __attribute__((warn_unused_result));

/* Checks the structure (integrity_check, foreign keys), the number of rows of each table, and the digest.
 * Changes nothing. */
enum store_error backup_verify(const struct backup_request *request, struct backup_report *out,
                               struct text *why) __attribute__((warn_unused_result));

/* Verifies the backup, then replaces the database with it. *kept: path of the replaced database, "" if there
 * was none. STORE_IN_USE: a portal uses the database. STORE_TOO_NEW: the backup is newer than this program,
 * or the database is newer than the backup. */
enum store_error backup_restore(const struct backup_request *request, struct backup_report *out,
                                struct text *kept, struct text *why) __attribute__((warn_unused_result));

/* Time of the last verified backup, wall ms; 0: none, or the engine does not know. Inside a job. */
long long backup_last(struct store_tx *tx);

#endif
