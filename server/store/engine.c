/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/engine.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"

/* dlopen() finds it in the program's RPATH. It uses functions of the program (log, text, memory). */
#define POSTGRESQL_MODULE "expresslink-postgresql.so"

static bool has_scheme(const char *url, const char *scheme)
{
    size_t length = strlen(scheme);

    return strncmp(url, scheme, length) == 0 && url[length] == ':' && url[length + 1];
}

/* Loads the module. It stays loaded for the life of the process. */
static const struct engine_kind *load_postgresql(struct text *why)
{
    void *module = dlopen(POSTGRESQL_MODULE, RTLD_NOW | RTLD_LOCAL);
    const struct engine_kind *kind = module ? dlsym(module, "engine_postgresql") : NULL;

    if (!kind)
        text_printf(why, "the PostgreSQL module cannot be loaded: %s", dlerror());
    return kind;
}

const struct engine_kind *engine_find(const char *url, struct text *why)
{
    if (has_scheme(url, engine_sqlite.scheme))
        return &engine_sqlite;
    /* Without the slashes libpq would take it for the name of a database on this machine. */
    if (strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0)
        return load_postgresql(why);
    text_puts(why, "[store] url must be sqlite:/path/to/file or postgresql://host/database");
    return NULL;
}

bool engine_read_password(const char *path, char out[ENGINE_PASSWORD_SIZE], struct text *why)
{
    OWNED char *bytes = NULL;
    size_t length = 0;
    int error = file_read(path, ENGINE_PASSWORD_SIZE - 1, &bytes, &length);

    if (error) {
        text_printf(why, "%s: %s", path, strerror(error));
        return false;
    }
    /* Editors on Windows begin a file with a byte order mark. */
    snprintf(out, ENGINE_PASSWORD_SIZE, "%s", bytes + utf8_mark_length(bytes, length));
    out[strcspn(out, "\r\n")] = '\0';
    return true;
}

/* ---- database.h ---- */

enum store_error database_run(struct database *database, enum statement statement, struct sql_values values,
                              long long *changed)
{
    long long ignored;

    return database->kind->execute(database, statement, values, NULL, NULL, changed ? changed : &ignored,
                                   NULL);
}

enum store_error database_insert(struct database *database, enum statement statement,
                                 struct sql_values values, long long *id)
{
    bool inserted = false;

    RETURN_IF(database->kind->insert(database, statement, values, id, &inserted));
    return inserted ? STORE_OK : STORE_NOT_FOUND;
}

enum store_error database_query(struct database *database, enum statement statement, struct sql_values values,
                                database_each *each, void *context)
{
    long long rows = 0;

    RETURN_IF(database->kind->execute(database, statement, values, each, context, NULL, &rows));
    return rows ? STORE_OK : STORE_NOT_FOUND;
}

long long row_integer(const struct row *row, int column)
{
    return row->kind->integer(row, column);
}

const char *row_text(const struct row *row, int column)
{
    return row->kind->text(row, column);
}

void row_copy(const struct row *row, int column, char *out, size_t room)
{
    snprintf(out, room, "%s", row_text(row, column));
}
