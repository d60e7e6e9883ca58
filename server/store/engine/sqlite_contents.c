/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/engine/sqlite_contents.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/store/transaction.h"

/* Marks the header of a backup ("application_id"): it must have a manifest, so a missing manifest is
 * noticed. */
#define MARK 0x45784c42 /* "ExLB" */
#define STRING(name) STRING_OF(name)
#define STRING_OF(name) #name

static void finalize_at(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}
#define FINALIZED __attribute__((cleanup(finalize_at)))

enum store_error contents_complain(struct sqlite3 *handle, struct text *why)
{
    int code = sqlite3_errcode(handle) & 0xff;

    text_puts(why, sqlite3_errmsg(handle));
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR ? STORE_BROKEN
                                                                                   : STORE_FULL;
}

enum store_error contents_run(struct sqlite3 *handle, const char *sql, struct text *why)
{
    return sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK ? STORE_OK
                                                                    : contents_complain(handle, why);
}

static enum store_error prepare(sqlite3 *handle, const char *sql, sqlite3_stmt **out, struct text *why)
{
    return sqlite3_prepare_v2(handle, sql, -1, out, NULL) == SQLITE_OK ? STORE_OK
                                                                       : contents_complain(handle, why);
}

static enum store_error number(sqlite3 *handle, const char *sql, long long *out, struct text *why)
{
    FINALIZED sqlite3_stmt *statement = NULL;

    RETURN_IF(prepare(handle, sql, &statement, why));
    if (sqlite3_step(statement) != SQLITE_ROW)
        return contents_complain(handle, why);
    *out = sqlite3_column_int64(statement, 0);
    return STORE_OK;
}

static enum store_error has_table(sqlite3 *handle, const char *name, bool *out, struct text *why)
{
    FINALIZED sqlite3_stmt *statement = NULL;

    RETURN_IF(
        prepare(handle, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1", &statement, why));
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    *out = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? STORE_OK : contents_complain(handle, why);
}

/* ---- reading ---- */

enum store_error contents_versions(struct sqlite3 *handle, struct contents *out, struct text *why)
{
    bool counts_versions = false, is_ours = false;
    long long oldest = 0, version = 0;

    RETURN_IF(number(handle, "PRAGMA user_version", &oldest, why));
    RETURN_IF(has_table(handle, "claims", &is_ours, why));
    RETURN_IF(has_table(handle, "schema_migrations", &counts_versions, why));
    if (oldest < 1 || !is_ours) {
        text_puts(why, "the file is not a database of this portal");
        return STORE_BROKEN;
    }
    version = oldest;
    if (counts_versions)
        RETURN_IF(number(handle, "SELECT max(version) FROM schema_migrations", &version, why));
    out->oldest_program = (int)oldest;
    out->version = (int)version;
    return STORE_OK;
}

/* Adds type, length and bytes, so that different rows never give the same digest. */
static void add_value(struct digest *digest, sqlite3_stmt *row, int column)
{
    static const char kinds[] = {
        [SQLITE_INTEGER] = 'i', [SQLITE_FLOAT] = 'f', [SQLITE_TEXT] = 't',
        [SQLITE_BLOB] = 'b',    [SQLITE_NULL] = 'n',
    };
    char head[32];
    int type = sqlite3_column_type(row, column);
    const void *bytes = type == SQLITE_BLOB ? sqlite3_column_blob(row, column)
                                            : (const void *)sqlite3_column_text(row, column);
    int length = sqlite3_column_bytes(row, column);

    int size = snprintf(head, sizeof head, "%c%d:", kinds[type], length);
    digest_add(digest, head, (size_t)size);
    if (bytes && length > 0)
        digest_add(digest, bytes, (size_t)length);
}

static enum store_error add_rows(sqlite3 *handle, const char *sql, struct digest *digest, long long *rows,
                                 struct text *why)
{
    FINALIZED sqlite3_stmt *statement = NULL;
    int code;

    RETURN_IF(prepare(handle, sql, &statement, why));
    int columns = sqlite3_column_count(statement);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++)
            add_value(digest, statement, i);
        ++*rows;
    }
    return code == SQLITE_DONE ? STORE_OK : contents_complain(handle, why);
}

/* Lists the tables by name. */
static enum store_error list_tables(sqlite3 *handle, struct contents *out, struct text *why)
{
    FINALIZED sqlite3_stmt *statement = NULL;
    int code;

    RETURN_IF(prepare(handle,
                      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
                      " AND name <> 'backup_manifest' ORDER BY name",
                      &statement, why));
    out->count = 0;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        if (!name || out->count == CONTENTS_TABLES_MAX || strlen(name) >= CONTENTS_NAME_SIZE) {
            text_puts(why, "the file has tables that do not belong to this portal");
            return STORE_BROKEN;
        }
        struct contents_table *table = &out->tables[out->count++];
        snprintf(table->name, sizeof table->name, "%s", name);
        table->rows = 0;
    }
    return code == SQLITE_DONE ? STORE_OK : contents_complain(handle, why);
}

static enum store_error add_key(sqlite3 *handle, const char *table, struct text *sql, struct text *why)
{
    FINALIZED sqlite3_stmt *statement = NULL;
    const char *separator = " ORDER BY ";
    int code;

    RETURN_IF(
        prepare(handle, "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk", &statement, why));
    sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        text_printf(sql, "%s\"%s\"", separator, (const char *)sqlite3_column_text(statement, 0));
        separator = ", ";
    }
    return code == SQLITE_DONE ? STORE_OK : contents_complain(handle, why);
}

static enum store_error read_all(sqlite3 *handle, struct contents *out, struct digest *digest,
                                 struct text *why)
{
    long long ignored = 0;

    RETURN_IF(contents_versions(handle, out, why));
    RETURN_IF(list_tables(handle, out, why));
    RETURN_IF(add_rows(handle, "PRAGMA user_version", digest, &ignored, why));
    RETURN_IF(add_rows(handle,
                       "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'"
                       " AND tbl_name <> 'backup_manifest' ORDER BY type, name",
                       digest, &ignored, why));
    out->rows = 0;
    for (size_t i = 0; i < out->count; i++) {
        TEXT struct text sql = TEXT_EMPTY;
        text_printf(&sql, "SELECT * FROM \"%s\"", out->tables[i].name);
        RETURN_IF(add_key(handle, out->tables[i].name, &sql, why));
        RETURN_IF(add_rows(handle, text_get(&sql), digest, &out->tables[i].rows, why));
        out->rows += out->tables[i].rows;
    }
    return STORE_OK;
}

enum store_error contents_read(struct sqlite3 *handle, struct contents *out, struct text *why)
{
    struct contents contents = {0};
    struct digest *digest = digest_begin();
    enum store_error error = read_all(handle, &contents, digest, why);

    digest_end(digest, contents.digest);
    if (!error)
        *out = contents;
    return error;
}

/* ---- checking ---- */

enum store_error contents_check(struct sqlite3 *handle, struct text *why)
{
    FINALIZED sqlite3_stmt *integrity = NULL;
    FINALIZED sqlite3_stmt *keys = NULL;

    RETURN_IF(prepare(handle, "PRAGMA integrity_check(1)", &integrity, why));
    if (sqlite3_step(integrity) != SQLITE_ROW)
        return contents_complain(handle, why);
    const char *verdict = (const char *)sqlite3_column_text(integrity, 0);
    if (!verdict || strcmp(verdict, "ok") != 0) {
        text_printf(why, "the file is damaged: %s", verdict ? verdict : "?");
        return STORE_BROKEN;
    }
    RETURN_IF(prepare(handle, "PRAGMA foreign_key_check", &keys, why));
    int code = sqlite3_step(keys);
    if (code == SQLITE_ROW)
        text_printf(why, "the file is damaged: a row of %s refers to a missing row of %s",
                    (const char *)sqlite3_column_text(keys, 0), (const char *)sqlite3_column_text(keys, 2));
    return code == SQLITE_DONE  ? STORE_OK
           : code == SQLITE_ROW ? STORE_BROKEN
                                : contents_complain(handle, why);
}

static const struct contents_table *table_of(const struct contents *contents, const char *name)
{
    for (size_t i = 0; i < contents->count; i++)
        if (strcmp(contents->tables[i].name, name) == 0)
            return &contents->tables[i];
    return NULL;
}

enum store_error contents_compare(const struct contents *found, const struct contents *wanted,
                                  struct text *why)
{
    for (size_t i = 0; i < wanted->count; i++) {
        const struct contents_table *table = table_of(found, wanted->tables[i].name);
        long long rows = table ? table->rows : 0;
        if (table && rows == wanted->tables[i].rows)
            continue;
        text_printf(why, "the file is damaged: table %s has %lld rows and should have %lld",
                    wanted->tables[i].name, rows, wanted->tables[i].rows);
        return STORE_BROKEN;
    }
    if (strcmp(found->digest, wanted->digest) == 0 && found->count == wanted->count)
        return STORE_OK;
    text_puts(why, "the file is damaged: the SHA-256 of its contents differs from the one in its manifest");
    return STORE_BROKEN;
}

/* ---- the manifest ---- */

static enum store_error add_entry(sqlite3 *handle, const char *name, const char *value, struct text *why)
{
    FINALIZED sqlite3_stmt *statement = NULL;

    RETURN_IF(prepare(handle, "INSERT INTO backup_manifest VALUES ($1, $2)", &statement, why));
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
    return sqlite3_step(statement) == SQLITE_DONE ? STORE_OK : contents_complain(handle, why);
}

static enum store_error add_number(sqlite3 *handle, const char *name, long long value, struct text *why)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", value);
    return add_entry(handle, name, text, why);
}

enum store_error manifest_write(struct sqlite3 *handle, const struct contents *contents, struct text *why)
{
    RETURN_IF(contents_run(handle,
                           "BEGIN; PRAGMA application_id = " STRING(
                               MARK) ";"
                                     "CREATE TABLE backup_manifest (name TEXT NOT NULL PRIMARY KEY,"
                                     " value TEXT NOT NULL) STRICT, WITHOUT ROWID",
                           why));
    RETURN_IF(add_number(handle, "made_at", contents->made_at, why));
    RETURN_IF(add_entry(handle, "program", EXPRESSLINK_VERSION, why));
    RETURN_IF(add_entry(handle, "sha256", contents->digest, why));
    for (size_t i = 0; i < contents->count; i++) {
        TEXT struct text name = TEXT_EMPTY;
        text_printf(&name, "rows.%s", contents->tables[i].name);
        RETURN_IF(add_number(handle, text_get(&name), contents->tables[i].rows, why));
    }
    return contents_run(handle, "COMMIT", why);
}

static bool take_entry(struct contents *out, const char *name, const char *value)
{
    if (strncmp(name, "rows.", 5) == 0) {
        if (out->count == CONTENTS_TABLES_MAX || strlen(name) >= CONTENTS_NAME_SIZE)
            return false;
        struct contents_table *table = &out->tables[out->count++];
        snprintf(table->name, sizeof table->name, "%s", name + 5);
        table->rows = strtoll(value, NULL, 10);
    } else if (strcmp(name, "sha256") == 0) {
        snprintf(out->digest, sizeof out->digest, "%s", value);
    } else if (strcmp(name, "made_at") == 0) {
        out->made_at = strtoll(value, NULL, 10);
    }
    return true;
}

enum store_error manifest_read(struct sqlite3 *handle, struct contents *out, struct text *why)
{
    FINALIZED sqlite3_stmt *statement = NULL;
    bool has_manifest = false;
    long long mark = 0;
    int code;

    RETURN_IF(number(handle, "PRAGMA application_id", &mark, why));
    RETURN_IF(has_table(handle, "backup_manifest", &has_manifest, why));
    if (!has_manifest && mark != MARK)
        return STORE_NOT_FOUND;
    *out = (struct contents){0};
    RETURN_IF(prepare(handle, "SELECT name, value FROM backup_manifest", &statement, why));
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (!take_entry(out, (const char *)sqlite3_column_text(statement, 0),
                        (const char *)sqlite3_column_text(statement, 1)))
            break;
    }
    if (code == SQLITE_DONE && *out->digest)
        return STORE_OK;
    text_puts(why, "the file is damaged: its manifest cannot be read");
    return STORE_BROKEN;
}

enum store_error manifest_remove(struct sqlite3 *handle, struct text *why)
{
    return contents_run(
        handle, "BEGIN; DROP TABLE IF EXISTS backup_manifest; PRAGMA application_id = 0; COMMIT", why);
}
