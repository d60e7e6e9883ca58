/* SPDX-License-Identifier: Apache-2.0 */
/* Describes the contents of an SQLite database of the portal, so that two copies can be compared: row counts,
 * a digest over all rows, and the manifest in which a backup stores them. Private to server/store/engine/. On
 * error *why has a sentence; STORE_BROKEN means that the contents are wrong, STORE_FULL that a file cannot be
 * read or written. */
#ifndef SERVER_STORE_ENGINE_SQLITE_CONTENTS_H
#define SERVER_STORE_ENGINE_SQLITE_CONTENTS_H

#include "base/digest.h"
#include "server/store/backup_engine.h"

struct sqlite3;

#define CONTENTS_TABLES_MAX 64
#define CONTENTS_NAME_SIZE 64

struct contents_table {
    char name[CONTENTS_NAME_SIZE];
    long long rows;
};

struct contents {
    int version, oldest_program; /* versions of the schema; see migration.h */
    long long made_at;           /* from a manifest, wall ms */
    long long rows;
    size_t count;
    struct contents_table tables[CONTENTS_TABLES_MAX]; /* sorted by name */
    char digest[DIGEST_SIZE];
};

/* Reads only the versions. STORE_BROKEN: not a database of this portal. */
enum store_error contents_versions(struct sqlite3 *handle, struct contents *out, struct text *why)
    __attribute__((warn_unused_result));

/* Reads all fields except made_at. Reads every row in the order of its key, without the manifest. */
enum store_error contents_read(struct sqlite3 *handle, struct contents *out, struct text *why)
    __attribute__((warn_unused_result));

/* Runs SQLite's own checks, integrity_check and foreign_key_check. */
enum store_error contents_check(struct sqlite3 *handle, struct text *why) __attribute__((warn_unused_result));

/* Returns STORE_BROKEN if they differ; *why names the first difference. */
enum store_error contents_compare(const struct contents *found, const struct contents *wanted,
                                  struct text *why) __attribute__((warn_unused_result));

enum store_error manifest_write(struct sqlite3 *handle, const struct contents *contents, struct text *why)
    __attribute__((warn_unused_result));
/* STORE_NOT_FOUND: there is no manifest. */
enum store_error manifest_read(struct sqlite3 *handle, struct contents *out, struct text *why)
    __attribute__((warn_unused_result));
enum store_error manifest_remove(struct sqlite3 *handle, struct text *why)
    __attribute__((warn_unused_result));

/* Adds SQLite's last error to *why. Returns STORE_BROKEN or STORE_FULL, never STORE_OK. */
enum store_error contents_complain(struct sqlite3 *handle, struct text *why);
/* Runs statements that return no rows. */
enum store_error contents_run(struct sqlite3 *handle, const char *sql, struct text *why)
    __attribute__((warn_unused_result));

#endif
