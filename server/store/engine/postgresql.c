/* SPDX-License-Identifier: Apache-2.0 */
/* The engine for PostgreSQL 12 and later and for compatible servers. It also works through a pooler in
 * transaction mode: it uses no session state, no advisory locks and no LISTEN, and prepares statements only
 * without a pooler. This file has transactions and the schema; postgresql_query.c runs statements,
 * postgresql_connection.c connects. */
#include "server/store/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "server/store/engine/postgresql_query.h"

#define MIGRATION_TRIES 20
#define MIGRATION_PAUSE_MS 250

/* ---- transactions ---- */

static enum store_error postgresql_begin(struct database *base)
{
    struct postgresql_database *database = postgresql_own(base);
    char sql[160];

    database->begun = database->savepoint = database->retry = false;
    /* If this process stops in the middle, others must not wait for its locks. */
    snprintf(sql, sizeof sql,
             "BEGIN; SET LOCAL statement_timeout = %lld; SET LOCAL"
             " idle_in_transaction_session_timeout = %lld",
             database->options->timeout_ms, database->options->timeout_ms + POSTGRESQL_GRACE_MS);
    enum store_error error = postgresql_run(database, sql);
    /* The idle connection had been lost; a new one may work. */
    if (error == STORE_UNAVAILABLE && postgresql_is_lost(database))
        error = postgresql_run(database, sql);
    database->begun = !error;
    return error;
}

/* A commit is never cancelled: with a synchronous standby a cancelled commit reports success. If no answer
 * comes, the connection is dropped and the outcome is looked up. */
static int postgresql_commit(struct database *base)
{
    struct postgresql_database *database = postgresql_own(base);
    enum store_error error;

    database->committing = true;
    database->warned = false;
    PGresult *result = postgresql_exec(database, "COMMIT", postgresql_deadline(database), &error);
    bool rolled_back = result && strcmp(PQcmdStatus(result), "COMMIT") != 0;
    PQclear(result);
    database->committing = database->begun = false;
    if (error && postgresql_is_lost(database))
        return ENGINE_UNCERTAIN;
    if (database->retry)
        return ENGINE_RETRY;
    if (!error && (rolled_back || database->warned))
        return STORE_UNAVAILABLE;
    return (int)error;
}

static void postgresql_rollback(struct database *base)
{
    struct postgresql_database *database = postgresql_own(base);

    if (database->handle && database->begun && PQtransactionStatus(database->handle) != PQTRANS_IDLE &&
        postgresql_run(database, "ROLLBACK") != STORE_OK)
        postgresql_drop(database);
    database->begun = database->savepoint = false;
}

static enum store_error postgresql_savepoint(struct database *base)
{
    enum store_error error = postgresql_run(postgresql_own(base), "SAVEPOINT job");

    postgresql_own(base)->savepoint = !error;
    return error;
}

static enum store_error postgresql_release(struct database *base)
{
    postgresql_own(base)->savepoint = false;
    return postgresql_run(postgresql_own(base), "RELEASE SAVEPOINT job");
}

static enum store_error postgresql_undo(struct database *base)
{
    return postgresql_run(postgresql_own(base), "ROLLBACK TO SAVEPOINT job");
}

static bool postgresql_in_transaction(const struct database *base)
{
    const struct postgresql_database *database = (const struct postgresql_database *)(const void *)base;

    if (!database->handle || !database->begun || database->retry)
        return false;
    PGTransactionStatusType status = PQtransactionStatus(database->handle);
    return status == PQTRANS_INTRANS || (status == PQTRANS_INERROR && database->savepoint);
}

static bool postgresql_may_retry(const struct database *base)
{
    return ((const struct postgresql_database *)(const void *)base)->retry;
}

/* ---- statements ---- */

static enum store_error postgresql_execute(struct database *base, enum statement name,
                                           struct sql_values values, database_each *each, void *context,
                                           long long *changed, long long *rows)
{
    struct postgresql_database *database = postgresql_own(base);
    enum store_error error;

    if (values.count > POSTGRESQL_PARAMETERS_MAX)
        abort();
    PGresult *result = postgresql_exec_statement(database, name, values, &error);
    if (!result && !database->begun &&
        (postgresql_is_lost(database) ||
         database->spent)) /* a new connection may work, as in postgresql_begin() */
        result = postgresql_exec_statement(database, name, values, &error);
    if (!result)
        return error;
    for (int i = 0; each && i < PQntuples(result); i++) {
        const struct row row = {base->kind, result, i};
        each(context, &row);
    }
    if (rows)
        *rows = PQntuples(result);
    if (changed)
        *changed = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return STORE_OK;
}

static const char *postgresql_text(const struct row *row, int column)
{
    return PQgetvalue(row->cells, row->number, column); /* "" for NULL */
}

static long long postgresql_integer(const struct row *row, int column)
{
    return strtoll(postgresql_text(row, column), NULL, 10);
}

static void id_row(void *context, const struct row *row)
{
    *(long long *)context = postgresql_integer(row, 0);
}

static enum store_error postgresql_insert(struct database *base, enum statement name,
                                          struct sql_values values, long long *id, bool *inserted)
{
    long long rows = 0;
    enum store_error error = postgresql_execute(base, name, values, id_row, id, NULL, &rows);

    *inserted = rows > 0;
    return error;
}

/* ---- the schema ---- */

static enum store_error postgresql_ready(struct database *base, struct text *why)
{
    (void)base;
    (void)why;
    return STORE_OK;
}

static enum store_error explain(enum store_error error, const char *what, struct text *why)
{
    if (error)
        text_printf(why, "%s: %s; the log has the reason", what, store_error_name(error));
    return error;
}

static enum store_error postgresql_state(struct database *base, struct schema_state *out, struct text *why)
{
    static const char tables[] =
        "SELECT to_regclass('schema_migrations') IS NOT NULL, to_regclass('claims') IS NOT NULL";
    static const char versions[] =
        "SELECT coalesce(max(version), 0), coalesce(max(oldest_program), 0) FROM schema_migrations";
    struct postgresql_database *database = postgresql_own(base);
    enum store_error error;

    PGresult *result = postgresql_exec(database, tables, postgresql_deadline(database), &error);
    if (!result)
        return explain(error, "the list of tables cannot be read", why);
    bool ours = *PQgetvalue(result, 0, 0) == 't', claims = *PQgetvalue(result, 0, 1) == 't';
    PQclear(result);
    *out = (struct schema_state){.foreign = claims && !ours};
    if (!ours)
        return STORE_OK;
    result = postgresql_exec(database, versions, postgresql_deadline(database), &error);
    if (!result)
        return explain(error, "schema_migrations cannot be read", why);
    out->version = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
    out->oldest_program = (int)strtol(PQgetvalue(result, 0, 1), NULL, 10);
    PQclear(result);
    return STORE_OK;
}

/* If two portals start together, the lock on the table makes the second wait; it then finds the step done. */
static enum store_error take_step(struct postgresql_database *database, const struct migration *migration)
{
    static const char begin[] =
        "BEGIN; SET LOCAL statement_timeout = 0; CREATE TABLE IF NOT EXISTS schema_migrations (version "
        "BIGINT PRIMARY KEY, oldest_program "
        "BIGINT NOT NULL,"
        " name TEXT NOT NULL, applied_at BIGINT NOT NULL); LOCK TABLE schema_migrations IN EXCLUSIVE MODE";
    TEXT struct text sql = TEXT_EMPTY;
    enum store_error error;

    PQclear(postgresql_exec(database, begin, POSTGRESQL_NO_DEADLINE, &error));
    if (error)
        return error;
    text_printf(&sql, "SELECT 1 FROM schema_migrations WHERE version = %d", migration->version);
    PGresult *result = postgresql_exec(database, text_get(&sql), POSTGRESQL_NO_DEADLINE, &error);
    bool taken = result && PQntuples(result) > 0;
    PQclear(result);
    if (error || taken)
        return error ? error : postgresql_run(database, "COMMIT");
    text_clear(&sql);
    text_printf(&sql, "%s; INSERT INTO schema_migrations VALUES (%d, %d, '%s', %lld); COMMIT", migration->sql,
                migration->version, migration->oldest_program, migration->name, clock_wall_ms());
    PQclear(postgresql_exec(database, text_get(&sql), POSTGRESQL_NO_DEADLINE, &error));
    return error;
}

static enum store_error postgresql_apply(struct database *base, const struct migration *migration,
                                         struct text *why)
{
    struct postgresql_database *database = postgresql_own(base);
    enum store_error error = take_step(database, migration);

    /* Another portal may be creating the same table. A lost connection has undone everything. */
    for (int i = 0; i < MIGRATION_TRIES && error; i++) {
        if (database->handle && PQtransactionStatus(database->handle) != PQTRANS_IDLE)
            (void)!postgresql_run(database, "ROLLBACK");
        postgresql_sleep(MIGRATION_PAUSE_MS);
        error = take_step(database, migration);
    }
    return explain(error, migration->name, why);
}

/* ---- opening ---- */

static enum store_error postgresql_open(const struct store_options *options, struct engine **out,
                                        struct text *why);

static void postgresql_close(struct engine *engine)
{
    free(engine);
}

const struct engine_kind engine_postgresql = {
    .scheme = "postgresql",
    .has_round_trips = true,
    .shared = true,
    .writers_max = 32,
    .open = postgresql_open,
    .close = postgresql_close,
    .connect = postgresql_connect,
    .disconnect = postgresql_disconnect,
    .ready = postgresql_ready,
    .begin = postgresql_begin,
    .commit = postgresql_commit,
    .rollback = postgresql_rollback,
    .savepoint = postgresql_savepoint,
    .release = postgresql_release,
    .undo = postgresql_undo,
    .in_transaction = postgresql_in_transaction,
    .may_retry = postgresql_may_retry,
    .execute = postgresql_execute,
    .insert = postgresql_insert,
    .integer = postgresql_integer,
    .text = postgresql_text,
    .migrations = {migrations_postgresql, &migrations_postgresql_count, postgresql_state, postgresql_apply},
};

static enum store_error postgresql_open(const struct store_options *options, struct engine **out,
                                        struct text *why)
{
    struct postgresql_engine *engine = memory_new(1, sizeof *engine);

    (void)why;
    *engine = (struct postgresql_engine){{&engine_postgresql}, options};
    *out = &engine->engine;
    return STORE_OK;
}
