/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of a database engine. Private to server/store/ and engine/. The engines are engine/sqlite.c
 * and engine/postgresql.c. The latter is a module that is loaded only if the url requires it, because libpq
 * and its dependencies cost 4 MiB of memory.
 *
 * An engine is opened once. Each thread of the store has its own connection (struct database). */
#ifndef SERVER_STORE_ENGINE_H
#define SERVER_STORE_ENGINE_H

#include "base/text.h"
#include "server/store/backup_engine.h"
#include "server/store/database.h"
#include "server/store/migration.h"
#include "server/store/options.h"

struct engine;

/* Results of engine calls in addition to enum store_error. They never leave the store. */
enum {
    ENGINE_RETRY = 1000, /* the transaction was rolled back by a conflict (40001, 40P01): run it again */
    ENGINE_UNCERTAIN,    /* the connection was lost during the commit */
};

struct engine_kind {
    const char *scheme; /* scheme of the url, without the colon */
    /* Each statement costs a round trip, so jobs of one kind are run together (store_job.run_together). */
    bool has_round_trips;
    bool shared; /* other processes may use the database at the same time */
    unsigned writers_max;

    /* Takes locks and opens what the connections share. Does not change the database. */
    enum store_error (*open)(const struct store_options *options, struct engine **out, struct text *why);
    void (*close)(struct engine *engine);

    /* Opens a connection. writes: it may change the database; otherwise it cannot. */
    enum store_error (*connect)(struct engine *engine, bool writes, struct database **out, struct text *why);
    void (*disconnect)(struct database *database);
    /* Called once, on the first writer's connection, after the schema was upgraded and before others connect.
     * Databases of other programs were rejected before, so it may change the database. */
    enum store_error (*ready)(struct database *database, struct text *why);

    enum store_error (*begin)(struct database *database);
    /* Also returns ENGINE_RETRY and ENGINE_UNCERTAIN. */
    int (*commit)(struct database *database);
    /* Has no effect outside of a transaction. */
    void (*rollback)(struct database *database);
    /* Set, release, and roll back to a savepoint named "job". */
    enum store_error (*savepoint)(struct database *database);
    enum store_error (*release)(struct database *database);
    enum store_error (*undo)(struct database *database);
    /* False if the transaction was lost: SQLite rolls back when the disk is full; PostgreSQL rejects
     * everything after an error. */
    bool (*in_transaction)(const struct database *database);
    /* The last error was a conflict (see ENGINE_RETRY): the whole transaction may succeed next time. */
    bool (*may_retry)(const struct database *database);

    enum store_error (*execute)(struct database *database, enum statement statement, struct sql_values values,
                                database_each *each, void *context, long long *changed, long long *rows);

    /* See database_insert(). *inserted: whether a row was inserted. */
    enum store_error (*insert)(struct database *database, enum statement statement, struct sql_values values,
                               long long *id, bool *inserted);

    long long (*integer)(const struct row *row, int column);
    const char *(*text)(const struct row *row, int column);

    /* Removes the traces of erased personal data from the files. Called on the writer's connection, outside
     * of a transaction. False: not possible yet because of a reader; call again later. NULL: the server is
     * responsible for that. */
    bool (*scrub)(struct database *database);

    /* See migration.h. */
    struct migration_engine migrations;
    const struct backup_engine *backups; /* NULL: the database has its own tools */
};

/* The structs of an engine start with these. */
struct engine {
    const struct engine_kind *kind;
};

struct database {
    const struct engine_kind *kind;
    const struct owners_rules *owners; /* set by the store; see store_options */
};

struct row {
    const struct engine_kind *kind;
    const void *cells;
    int number;
};

/* Finds the engine for a url. NULL with a sentence in *why on error. */
const struct engine_kind *engine_find(const char *url, struct text *why);

/* Reads the first line of a file. False with a sentence in *why on error. */
#define ENGINE_PASSWORD_SIZE 1024
bool engine_read_password(const char *path, char out[ENGINE_PASSWORD_SIZE], struct text *why);

extern const struct engine_kind engine_sqlite, engine_postgresql;

#endif
