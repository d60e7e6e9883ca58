/* SPDX-License-Identifier: Apache-2.0 */
/* What the store needs of a database engine; for the files of this folder and engine/ only. The
 * engines are engine/sqlite.c and engine/postgresql.c, the latter a module that is loaded when a url asks for
 * it, because libpq and what it brings along cost 4 MiB of memory at rest.
 *
 * An engine is opened once. Each thread of the store has a connection (struct database) of its own. */
#ifndef SERVER_STORE_ENGINE_H
#define SERVER_STORE_ENGINE_H

#include "base/text.h"
#include "server/store/backup_engine.h"
#include "server/store/database.h"
#include "server/store/migration.h"
#include "server/store/options.h"

struct engine;

/* How a call of an engine ends, beside the errors of store.h. These never leave the store. */
enum {
    ENGINE_RETRY = 1000, /* the transaction was rolled back for others' sake (40001, 40P01): run it again */
    ENGINE_UNCERTAIN,    /* the connection was lost while the commit was under way */
};

struct engine_kind {
    const char *scheme; /* of the url, without the colon */
    /* A statement is a round trip: jobs of one kind are worth running as one (store_job.run_together). */
    bool has_round_trips;
    unsigned writers_max;

    /* Takes the locks that it needs and opens what connections share; nothing is changed in the database. */
    enum store_error (*open)(const struct store_options *options, struct engine **out, struct text *why);
    void (*close)(struct engine *engine);

    /* writes: may change the database; else it is opened so that it cannot. */
    enum store_error (*connect)(struct engine *engine, bool writes, struct database **out, struct text *why);
    void (*disconnect)(struct database *database);
    /* Once, on the first writer's connection, after the schema was brought up to date and before others
     * connect: another program's database has been refused by then, and may be changed. */
    enum store_error (*ready)(struct database *database, struct text *why);

    enum store_error (*begin)(struct database *database);
    /* ENGINE_RETRY and ENGINE_UNCERTAIN as well. */
    int (*commit)(struct database *database);
    /* Harmless outside of a transaction. */
    void (*rollback)(struct database *database);
    /* A savepoint named "job": set, kept, or gone back to. */
    enum store_error (*savepoint)(struct database *database);
    enum store_error (*release)(struct database *database);
    enum store_error (*undo)(struct database *database);
    /* False when it was lost: a full disk makes SQLite roll back, an error PostgreSQL refuse what follows. */
    bool (*in_transaction)(const struct database *database);
    /* The last error was ENGINE_RETRY's kind: the whole transaction may go well the next time. */
    bool (*may_retry)(const struct database *database);

    enum store_error (*execute)(struct database *database, enum statement statement, struct sql_values values,
                                database_each *each, void *context, long long *changed, long long *rows);

    /* See database_insert(). *inserted: a row was made. */
    enum store_error (*insert)(struct database *database, enum statement statement, struct sql_values values,
                               long long *id, bool *inserted);

    long long (*integer)(const struct row *row, int column);
    const char *(*text)(const struct row *row, int column);

    /* On the writer, outside of a transaction, after personal data was erased: what is left of it in the
     * files goes too. False: not yet (somebody reads), to be called again later. NULL: the server's own
     * business. */
    bool (*scrub)(struct database *database);

    /* The schema; see migration.h. */
    struct migration_engine migrations;
    const struct backup_engine *backups; /* NULL: the database has tools of its own */
};

/* The engines' own structs begin with these. */
struct engine {
    const struct engine_kind *kind;
};

struct database {
    const struct engine_kind *kind;
};

struct row {
    const struct engine_kind *kind;
    const void *cells;
    int number;
};

/* The engine for a url; NULL with a sentence in *why. */
const struct engine_kind *engine_find(const char *url, struct text *why);

/* The first line of a file. False with a sentence in *why. */
#define ENGINE_PASSWORD_SIZE 1024
bool engine_read_password(const char *path, char out[ENGINE_PASSWORD_SIZE], struct text *why);

extern const struct engine_kind engine_sqlite, engine_postgresql;

#endif
