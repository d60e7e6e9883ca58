/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "server/store/database.h"
#include "server/store/schema.h"

#define SCHEMA_VERSION 1
#define URL_SCHEME "sqlite:"

struct database {
    sqlite3 *handle;
    int lock_fd; /* held for as long as the database is open: one process writes */
    sqlite3_stmt *statements[STATEMENT_COUNT];
};

static enum store_error translate(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return STORE_OK;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_BUSY: /* an operator's shell holds a lock for longer than busy_timeout */
        return STORE_FULL;
    default:
        return STORE_BROKEN;
    }
}

static enum store_error report(struct database *database, const char *what)
{
    int code = sqlite3_extended_errcode(database->handle);

    log_event(LOG_ERROR, "store.sqlite", "doing", what, "error", sqlite3_errmsg(database->handle), "code",
              LOG_NUMBER(code), NULL);
    return translate(code) == STORE_OK ? STORE_BROKEN : translate(code);
}

static enum store_error execute(struct database *database, const char *sql, struct text *why)
{
    if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
        return STORE_OK;
    text_printf(why, "%s", sqlite3_errmsg(database->handle));
    return report(database, sql);
}

static enum store_error lock_for_writing(struct database *database, const char *path, struct text *why)
{
    TEXT struct text lock = TEXT_EMPTY;

    text_printf(&lock, "%s.lock", path);
    database->lock_fd = open(lock.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (database->lock_fd < 0) {
        text_printf(why, "%s: %s", lock.data, strerror(errno));
        return STORE_BROKEN;
    }
    if (flock(database->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return STORE_OK;
    text_printf(why, "%s is in use by another portal; stop that one, or give each its own store", path);
    return STORE_IN_USE;
}

static long long pragma_number(struct database *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    long long number = -1;

    if (sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static enum store_error bring_up_schema(struct database *database, const char *path, struct text *why)
{
    long long version = pragma_number(database, "PRAGMA user_version");
    TEXT struct text sql = TEXT_EMPTY;

    if (version == SCHEMA_VERSION)
        return STORE_OK;
    if (version > SCHEMA_VERSION) {
        text_printf(why,
                    "%s was written by a newer portal (schema %lld, this one knows %d); start that version, "
                    "or restore "
                    "a copy from before the upgrade",
                    path, version, SCHEMA_VERSION);
        return STORE_TOO_NEW;
    }
    if (version < 0) {
        text_printf(why, "%s: %s", path, sqlite3_errmsg(database->handle));
        return STORE_BROKEN;
    }
    if (pragma_number(database, "SELECT count(*) FROM sqlite_schema") > 0) {
        text_printf(why, "%s is not a database of this portal", path);
        return STORE_BROKEN;
    }
    text_printf(&sql, "BEGIN;%s;PRAGMA user_version = %d;COMMIT", schema_sqlite, SCHEMA_VERSION);
    return execute(database, sql.data, why);
}

static enum store_error prepare_all(struct database *database, struct text *why)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        if (sqlite3_prepare_v3(database->handle, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &database->statements[i], NULL) == SQLITE_OK)
            continue;
        text_printf(why, "%s: %s", statement_texts[i], sqlite3_errmsg(database->handle));
        return STORE_BROKEN;
    }
    return STORE_OK;
}

static enum store_error set_up(struct database *database, const char *path, struct text *why)
{
    enum store_error error = lock_for_writing(database, path, why);

    if (error)
        return error;
    if (sqlite3_open_v2(path, &database->handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        text_printf(why, "%s: %s", path, sqlite3_errmsg(database->handle));
        return STORE_BROKEN;
    }
    sqlite3_busy_timeout(database->handle,
                         2000); /* an operator's sqlite3 shell may hold a lock for a moment */
    error = bring_up_schema(database, path, why); /* first: another program's database is not to be changed */
    if (!error)
        error = execute(
            database,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
            /* Pages that change again and again are brought home less often; KiB of pages kept at most. */
            "PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000;",
            why);
    return error ? error : prepare_all(database, why);
}

enum store_error database_open(const char *url, struct database **out, struct text *why)
{
    if (strncmp(url, URL_SCHEME, strlen(URL_SCHEME)) != 0 || !url[strlen(URL_SCHEME)]) {
        text_printf(why, "the store's url must be sqlite:/path/to/file");
        return STORE_BROKEN;
    }
    struct database *database = memory_new(1, sizeof *database);
    database->lock_fd = -1;
    enum store_error error = set_up(database, url + strlen(URL_SCHEME), why);
    if (error) {
        database_close(database);
        return error;
    }
    *out = database;
    return STORE_OK;
}

void database_close(struct database *database)
{
    if (!database)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(database->statements[i]);
    sqlite3_close(database->handle);
    if (database->lock_fd >= 0)
        close(database->lock_fd);
    free(database);
}

static void bind_values(sqlite3_stmt *statement, const char *values, va_list list)
{
    for (int i = 1; *values; values++, i++) {
        if (*values == 'i')
            sqlite3_bind_int64(statement, i, va_arg(list, long long));
        else
            sqlite3_bind_text(statement, i, va_arg(list, const char *), -1, SQLITE_STATIC);
    }
}

enum store_error database_run(struct database *database, enum statement name, const char *values, ...)
{
    sqlite3_stmt *statement = database->statements[name];
    va_list list;

    va_start(list, values);
    bind_values(statement, values, list);
    va_end(list);
    int code = sqlite3_step(statement);
    enum store_error error = STORE_OK;
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        error = report(database, statement_texts[name]);
    sqlite3_reset(statement);
    return error;
}

enum store_error database_query(struct database *database, enum statement name, database_each *each,
                                void *context, const char *values, ...)
{
    sqlite3_stmt *statement = database->statements[name];
    enum store_error error = STORE_NOT_FOUND;
    va_list list;
    int code;

    va_start(list, values);
    bind_values(statement, values, list);
    va_end(list);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        error = STORE_OK;
        if (each)
            each(context, (const struct row *)(const void *)statement);
    }
    if (code != SQLITE_DONE)
        error = report(database, statement_texts[name]);
    sqlite3_reset(statement);
    return error;
}

long long database_changes(const struct database *database)
{
    return sqlite3_changes64(database->handle);
}

long long database_total_changes(const struct database *database)
{
    return sqlite3_total_changes64(database->handle);
}

long long database_last_id(const struct database *database)
{
    return sqlite3_last_insert_rowid(database->handle);
}

bool database_in_transaction(const struct database *database)
{
    return !sqlite3_get_autocommit(database->handle);
}

long long row_integer(const struct row *row, int column)
{
    return sqlite3_column_int64((sqlite3_stmt *)(uintptr_t)row, column);
}

const char *row_text(const struct row *row, int column)
{
    const char *text = (const char *)sqlite3_column_text((sqlite3_stmt *)(uintptr_t)row, column);

    return text ? text : "";
}

void row_copy(const struct row *row, int column, char *out, size_t room)
{
    const char *text = row_text(row, column);
    size_t length = strnlen(text, room - 1);

    memcpy(out, text, length);
    out[length] = '\0';
}
