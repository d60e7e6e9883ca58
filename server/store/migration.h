/* SPDX-License-Identifier: Apache-2.0 */
/* The schema, as numbered steps for each engine: migrations/ENGINE/NNNN_name.sql, put into the program by the
 * build. A database of an older version is brought up to date at start, a step a transaction; a step that is
 * cut off has not happened.
 *
 * A step says in its first comment which programs can work with its result ("-- Oldest program: 1"): those of
 * the version before at the least, so that two versions can share a database while an upgrade is rolled out.
 * Add first, remove a release later. */
#ifndef SERVER_STORE_MIGRATION_H
#define SERVER_STORE_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "server/store/job.h"
#include "server/store/options.h"

struct database;

struct migration {
    int version;        /* 1, 2, ... without gaps */
    int oldest_program; /* the lowest version that a program may know and still work with the result */
    const char *name, *sql;
};

/* What a database says of itself. */
struct schema_state {
    int version;        /* 0: empty */
    int oldest_program; /* programs that know less must not open it */
    bool foreign;       /* it has tables, and they are not ours */
};

/* What an engine does for it. */
struct migration_engine {
    const struct migration *list;
    const size_t *count;
    enum store_error (*state)(struct database *database, struct schema_state *out, struct text *why);
    /* One transaction: the step and the record that it was taken. Does nothing where another process has
     * taken it meanwhile. */
    enum store_error (*apply)(struct database *database, const struct migration *migration, struct text *why);
};

/* Brings the database up to date, or says why it cannot be used: STORE_TOO_NEW, STORE_BROKEN, STORE_FULL.
 * Logs each step. *out: what it was and is. */
enum store_error migrate(struct database *database, const struct migration_engine *engine, const char *where,
                         struct store_versions *out, struct text *why) __attribute__((warn_unused_result));

/* Made by the build. */
extern const struct migration migrations_sqlite[], migrations_postgresql[];
extern const size_t migrations_sqlite_count, migrations_postgresql_count;

#endif
