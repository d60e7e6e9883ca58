/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that sqlite_backup.c and sqlite_restore.c share. Private to server/store/engine/. */
#ifndef SERVER_STORE_ENGINE_SQLITE_BACKUP_H
#define SERVER_STORE_ENGINE_SQLITE_BACKUP_H

#include "server/store/backup_engine.h"

struct sqlite3;

/* The path in a url "sqlite:/path". Borrowed. */
const char *sqlite_path(const struct store_options *options);

/* Opens a file that no process writes to, read-only, without locks and without creating files beside it. */
enum store_error sqlite_open_immutable(const char *path, struct sqlite3 **out, struct text *why)
    __attribute__((warn_unused_result));

/* From now on, statements on this connection are interrupted if request->watch returns false. */
void sqlite_watch(struct sqlite3 *handle, const struct backup_request *request);
/* Reports progress. Returns false with a sentence in *why if the caller must stop. */
bool sqlite_report_progress(const struct backup_request *request, const char *doing, int percent,
                            struct text *why);

/* Checks structure, counts and digest, and compares them with the manifest if there is one. */
enum store_error sqlite_verify(const struct backup_request *request, const char *path,
                               struct backup_report *out, struct text *why)
    __attribute__((warn_unused_result));

/* The same options with the database's own path instead of a symbolic link to it, so that its lock and the
 * other files beside it are the same by every name. *url: free it when the options are not used any more. */
struct store_options sqlite_resolve(const struct store_options *options, char **url);

/* True if both names are the same file. */
bool sqlite_same_file(const char *one, const char *other);
/* Removes path and the files that SQLite creates beside it. */
void sqlite_remove(const char *path);

enum store_error sqlite_backup_write(const struct backup_request *request, struct backup_report *out,
                                     struct text *why);
enum store_error sqlite_backup_verify(const struct backup_request *request, struct backup_report *out,
                                      struct text *why);
enum store_error sqlite_restore(const struct backup_request *request, struct backup_report *out,
                                struct text *kept, struct text *why);
/* A file with this ending exists if a restore was interrupted after moving the old database away and before
 * putting the new one in its place. */
#define SQLITE_RESTORED ".restored"
/* A file with this ending has the time of the last verified backup, wall ms. */
#define SQLITE_BACKUP_TIME ".backup-time"

#endif
