/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite engine: transactions, statements and the schema. sqlite_connection.c opens the file and its
 * connections, sqlite_backup.c and sqlite_restore.c copy and replace it, and sqlite_scrub.c removes the
 * traces of erased data. */
#include "server/store/engine.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/store/engine/sqlite_backup.h"
#include "server/store/engine/sqlite_connection.h"
#include "server/store/engine/sqlite_scrub.h"

/* ---- transactions ---- */

static enum store_error control(struct database *base, enum sqlite_control name)
{
    static const char *const texts[] = {
        [BEGIN] = "BEGIN IMMEDIATE",   [COMMIT] = "COMMIT",       [ROLLBACK] = "ROLLBACK",
        [SAVEPOINT] = "SAVEPOINT job", [RELEASE] = "RELEASE job", [UNDO] = "ROLLBACK TO job",
    };
    struct sqlite_database *database = sqlite_own(base);
    sqlite3_stmt **statement = &database->controls[name];

    if (!*statement && sqlite3_prepare_v3(database->handle, texts[name], -1, SQLITE_PREPARE_PERSISTENT,
                                          statement, NULL) != SQLITE_OK)
        return sqlite_report(database, texts[name]);
    enum store_error error =
        sqlite3_step(*statement) == SQLITE_DONE ? STORE_OK : sqlite_report(database, texts[name]);
    sqlite3_reset(*statement);
    return error;
}

static enum store_error sqlite_begin(struct database *base)
{
    return sqlite_is_replaced(sqlite_own(base)) ? STORE_FULL : control(base, BEGIN);
}

static int sqlite_commit(struct database *base)
{
    return (int)control(base, COMMIT);
}

static bool sqlite_in_transaction(const struct database *base)
{
    return !sqlite3_get_autocommit(((const struct sqlite_database *)(const void *)base)->handle);
}

static void sqlite_rollback(struct database *base)
{
    if (sqlite_in_transaction(base) && control(base, ROLLBACK) != STORE_OK)
        log_event(LOG_ERROR, "store.rollback_failed", NULL);
}

static enum store_error sqlite_savepoint(struct database *base)
{
    return control(base, SAVEPOINT);
}

static enum store_error sqlite_release(struct database *base)
{
    return control(base, RELEASE);
}

static enum store_error sqlite_undo(struct database *base)
{
    return control(base, UNDO);
}

static bool sqlite_may_retry(const struct database *base)
{
    (void)base;
    return false;
}

/* ---- statements ---- */

static bool map_parameters(struct sqlite_prepared *prepared)
{
    char name[8];
    int count = sqlite3_bind_parameter_count(prepared->statement), mapped = 0;

    for (int i = 0; i < SQLITE_PARAMETERS_MAX; i++) {
        sqlite3_snprintf(sizeof name, name, "$%d", i + 1);
        prepared->index[i] = (unsigned char)sqlite3_bind_parameter_index(prepared->statement, name);
        mapped += prepared->index[i] > 0;
    }
    return mapped == count;
}

/* Prepares a statement when it is first used: a reader never uses those that write. */
static struct sqlite_prepared *prepare(struct sqlite_database *database, enum statement name)
{
    struct sqlite_prepared *prepared = &database->statements[name];
    const char *text = statement_text(name, DIALECT_SQLITE);

    if (prepared->statement)
        return prepared;
    if (sqlite3_prepare_v3(database->handle, text, -1, SQLITE_PREPARE_PERSISTENT, &prepared->statement,
                           NULL) != SQLITE_OK) {
        sqlite_report(database, text);
        return NULL;
    }
    if (!map_parameters(prepared))
        abort();
    return prepared;
}

static void bind_list(sqlite3_stmt *statement, int index, const struct sql_value *value)
{
    TEXT struct text list = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&list);

    json_begin_array(&json, NULL);
    for (size_t i = 0; i < value->count; i++) {
        if (value->type == SQL_IS_TEXTS)
            json_write_text_or_null(&json, NULL, value->texts[i]);
        else
            json_write_integer(&json, NULL, value->integers[i]);
    }
    json_end_array(&json);
    json_writer_finish(&json);
    sqlite3_bind_text(statement, index, text_get(&list), (int)list.length, SQLITE_TRANSIENT);
}

static void bind(const struct sqlite_prepared *prepared, struct sql_values values)
{
    for (size_t i = 0; i < values.count; i++) {
        const struct sql_value *value = &values.list[i];
        int index = prepared->index[i];
        if (!index)
            continue;
        if (value->type == SQL_IS_INTEGER)
            sqlite3_bind_int64(prepared->statement, index, value->integer);
        else if (value->type == SQL_IS_TEXT)
            sqlite3_bind_text(prepared->statement, index, value->text, -1, SQLITE_STATIC);
        else
            bind_list(prepared->statement, index, value);
    }
}

static enum store_error sqlite_execute(struct database *base, enum statement name, struct sql_values values,
                                       database_each *each, void *context, long long *changed,
                                       long long *rows)
{
    struct sqlite_database *database = sqlite_own(base);
    struct sqlite_prepared *prepared = prepare(database, name);
    enum store_error error = STORE_OK;
    int code;

    if (!prepared)
        return STORE_BROKEN;
    bind(prepared, values);
    while ((code = sqlite3_step(prepared->statement)) == SQLITE_ROW) {
        const struct row row = {&engine_sqlite, prepared->statement, 0};
        if (rows)
            ++*rows;
        if (each)
            each(context, &row);
    }
    if (code != SQLITE_DONE)
        error = sqlite_report(database, statement_text(name, DIALECT_SQLITE));
    else if (changed)
        *changed = sqlite3_changes64(database->handle);
    sqlite3_reset(prepared->statement);
    return error;
}

static enum store_error sqlite_insert(struct database *base, enum statement name, struct sql_values values,
                                      long long *id, bool *inserted)
{
    long long changed = 0;
    enum store_error error = sqlite_execute(base, name, values, NULL, NULL, &changed, NULL);

    if (error)
        return error;
    *inserted = changed > 0;
    *id = sqlite3_last_insert_rowid(sqlite_own(base)->handle);
    return STORE_OK;
}

static sqlite3_stmt *statement_of(const struct row *row)
{
    return (sqlite3_stmt *)(uintptr_t)row->cells;
}

static long long sqlite_integer(const struct row *row, int column)
{
    return sqlite3_column_int64(statement_of(row), column);
}

static const char *sqlite_text(const struct row *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement_of(row), column);

    return text ? text : "";
}

/* ---- the schema ---- */

static long long number(struct sqlite_database *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    long long result = -1;

    if (sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        result = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return result;
}

/* user_version is the oldest program that can work with the database; programs of version 1 check only
 * that. */
static enum store_error sqlite_state(struct database *base, struct schema_state *out, struct text *why)
{
    struct sqlite_database *database = sqlite_own(base);
    long long oldest = number(database, "PRAGMA user_version");

    if (oldest < 0)
        return sqlite_explain(database, STORE_BROKEN, why);
    long long version = oldest;
    if (number(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'") > 0)
        version = number(database, "SELECT max(version) FROM schema_migrations");
    *out = (struct schema_state){
        .version = (int)(version > oldest ? version : oldest),
        .oldest_program = (int)oldest,
        .foreign = oldest <= (long long)migrations_sqlite_count &&
                   number(database, "SELECT count(*) FROM sqlite_schema") > 0 &&
                   (oldest == 0 ||
                    number(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'claims'") == 0),
    };
    return STORE_OK;
}

static enum store_error sqlite_apply(struct database *base, const struct migration *migration,
                                     struct text *why)
{
    struct sqlite_database *database = sqlite_own(base);
    TEXT struct text sql = TEXT_EMPTY;

    text_printf(
        &sql,
        "BEGIN IMMEDIATE;%s;"
        "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " applied_at INTEGER NOT NULL) STRICT;"
        "INSERT OR REPLACE INTO schema_migrations VALUES (%d, '%s', %lld);"
        "PRAGMA user_version = %d;COMMIT",
        migration->sql, migration->version, migration->name, clock_wall_ms(), migration->oldest_program);
    enum store_error error =
        sqlite_explain(database, sqlite_run_script(database, text_get(&sql), migration->name), why);
    if (error)
        sqlite_rollback(base);
    return error;
}

/* Counts the claims again if an older program, which does not update the counts, has changed them. */
static enum store_error check_counts(struct database *base)
{
    enum store_error error = database_query(base, SQL_COUNTS_CHECK, WITH_NOTHING, NULL, NULL);

    if (error == STORE_NOT_FOUND)
        return STORE_OK;
    if (error)
        return error;
    log_event(LOG_INFO, "store.recount_started", "reason", "an older portal has used this database", NULL);
    return database_run(base, SQL_COUNTS_ANEW, WITH_NOTHING, NULL);
}

static enum store_error sqlite_ready(struct database *base, struct text *why)
{
    struct sqlite_database *database = sqlite_own(base);
    enum store_error error = sqlite_run_script(
        database,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        /* Checkpoint less often, so that pages which change again and again are written back less often; a
         * cache of 8 MB. */
        "PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000;"
        /* An erased address must not remain in the file. Debian's SQLite has this on by default. */
        "PRAGMA secure_delete = ON;",
        "settings");

    return sqlite_explain(database, error ? error : check_counts(base), why);
}

/* ---- erasure and backups ---- */

static bool sqlite_scrub(struct database *base)
{
    struct sqlite_database *database = sqlite_own(base);
    bool clean = sqlite_scrub_file(database->handle, database->engine->alone, &database->rewritten);

    sqlite3_busy_timeout(database->handle, SQLITE_BUSY_MS);
    return clean;
}

static long long sqlite_last_backup(const struct database *base)
{
    const struct sqlite_database *database = (const struct sqlite_database *)(const void *)base;
    TEXT struct text path = TEXT_EMPTY;
    OWNED char *bytes = NULL;
    size_t length;

    text_printf(&path, "%s" SQLITE_BACKUP_TIME, database->engine->path);
    return file_read(text_get(&path), 64, &bytes, &length) ? 0 : strtoll(bytes, NULL, 10);
}

static const struct backup_engine backups = {
    .write = sqlite_backup_write,
    .verify = sqlite_backup_verify,
    .restore = sqlite_restore,
    .last = sqlite_last_backup,
};

const struct engine_kind engine_sqlite = {
    .scheme = "sqlite",
    .writers_max = 1,
    .open = sqlite_open,
    .close = sqlite_close,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .ready = sqlite_ready,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .savepoint = sqlite_savepoint,
    .release = sqlite_release,
    .undo = sqlite_undo,
    .in_transaction = sqlite_in_transaction,
    .may_retry = sqlite_may_retry,
    .execute = sqlite_execute,
    .insert = sqlite_insert,
    .integer = sqlite_integer,
    .text = sqlite_text,
    .scrub = sqlite_scrub,
    .migrations = {migrations_sqlite, &migrations_sqlite_count, sqlite_state, sqlite_apply},
    .backups = &backups,
};
