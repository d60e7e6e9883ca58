/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a SQLite database of ours, so that two copies can be compared: counts, a digest over every row,
 * and the manifest in which a backup keeps them. For the files of this folder. On error *why has a sentence;
 * STORE_BROKEN is what is wrong with the contents, STORE_FULL what could not be read or written. */
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
    int version, oldest_program; /* of the schema; see migration.h */
    long long made_at;           /* in a manifest: wall ms */
    long long rows;
    size_t count;
    struct contents_table tables[CONTENTS_TABLES_MAX]; /* by name */
    char digest[DIGEST_SIZE];
};

/* The versions alone. STORE_BROKEN: not a database of ours. */
enum store_error contents_versions(struct sqlite3 *handle, struct contents *out, struct text *why)
    __attribute__((warn_unused_result));

/* All but made_at. Reads every row in the order of its key; a manifest does not count. */
enum store_error contents_read(struct sqlite3 *handle, struct contents *out, struct text *why)
    __attribute__((warn_unused_result));

/* SQLite's own checks: integrity_check and foreign_key_check. */
enum store_error contents_check(struct sqlite3 *handle, struct text *why) __attribute__((warn_unused_result));

/* STORE_BROKEN where they differ: says in what. */
enum store_error contents_compare(const struct contents *found, const struct contents *wanted,
                                  struct text *why) __attribute__((warn_unused_result));

enum store_error manifest_write(struct sqlite3 *handle, const struct contents *contents, struct text *why)
    __attribute__((warn_unused_result));
/* STORE_NOT_FOUND: it has none. */
enum store_error manifest_read(struct sqlite3 *handle, struct contents *out, struct text *why)
    __attribute__((warn_unused_result));
enum store_error manifest_remove(struct sqlite3 *handle, struct text *why)
    __attribute__((warn_unused_result));

/* Says what SQLite complains about, and which of the two kinds it is. Never STORE_OK. */
enum store_error contents_complain(struct sqlite3 *handle, struct text *why);
/* Statements without rows. */
enum store_error contents_run(struct sqlite3 *handle, const char *sql, struct text *why)
    __attribute__((warn_unused_result));

#endif
