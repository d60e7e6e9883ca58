/* SPDX-License-Identifier: Apache-2.0 */
/* What sqlite_backup.c and sqlite_restore.c share; for the files of this folder. */
#ifndef SERVER_STORE_ENGINE_SQLITE_BACKUP_H
#define SERVER_STORE_ENGINE_SQLITE_BACKUP_H

#include "server/store/backup_engine.h"

struct sqlite3;

/* "sqlite:/path" without its scheme. */
const char *sqlite_path(const struct store_options *options);

/* Opens a file that nobody writes to, without locks and without making files beside it. */
enum store_error sqlite_open_quiet(const char *path, struct sqlite3 **out, struct text *why)
    __attribute__((warn_unused_result));

/* Looks whether the watcher wants to stop, from now on, while statements run on this connection. */
void sqlite_watch(struct sqlite3 *handle, const struct backup_request *request);
/* False: stop; then *why says so. */
bool sqlite_goes_on(const struct backup_request *request, const char *doing, int percent, struct text *why);

/* Structure, counts, digest. The manifest is compared where there is one. */
enum store_error sqlite_verify(const struct backup_request *request, const char *path,
                               struct backup_report *out, struct text *why)
    __attribute__((warn_unused_result));

/* Two names for one file. */
bool sqlite_same_file(const char *one, const char *other);
/* Removes path and what SQLite makes beside it. */
void sqlite_remove(const char *path);

enum store_error sqlite_backup_write(const struct backup_request *request, struct backup_report *out,
                                     struct text *why);
enum store_error sqlite_backup_verify(const struct backup_request *request, struct backup_report *out,
                                      struct text *why);
enum store_error sqlite_restore(const struct backup_request *request, struct backup_report *out,
                                struct text *kept, struct text *why);
/* A restore is cut off between taking the old database away and putting the new one in its place: this file
 * is there. */
#define SQLITE_RESTORED ".restored"
/* Holds the time of the last verified backup, wall ms. */
#define SQLITE_BACKUP_TIME ".backup-time"

#endif
