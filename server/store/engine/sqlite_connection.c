/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/engine/sqlite_connection.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/store/engine/sqlite_backup.h"

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
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY: /* an operator's shell holds a lock for longer than SQLITE_BUSY_MS */
        return STORE_FULL;
    default:
        return STORE_BROKEN;
    }
}

enum store_error sqlite_report(struct sqlite_database *database, const char *what)
{
    int code = sqlite3_extended_errcode(database->handle);
    bool damaged = (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;

    log_event(LOG_ERROR, "store.statement_failed", "statement", what, "error",
              sqlite3_errmsg(database->handle), "code", LOG_NUMBER(code), NULL);
    if (damaged)
        log_event(LOG_ERROR, "store.damaged", "file", database->engine->path, "advice",
                  "the database file is damaged. Stop the portal and restore the last backup:"
                  " expresslink-portal restore FILE",
                  NULL);
    return translate(code) == STORE_OK ? STORE_BROKEN : translate(code);
}

enum store_error sqlite_run_script(struct sqlite_database *database, const char *sql, const char *what)
{
    return sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? STORE_OK
                                                                              : sqlite_report(database, what);
}

enum store_error sqlite_explain(const struct sqlite_database *database, enum store_error error,
                                struct text *why)
{
    if (error)
        text_printf(why, "%s: %s", database->engine->path, sqlite3_errmsg(database->handle));
    return error;
}

/* ---- the file ---- */

static ino_t inode_of(const char *path, const char *ending)
{
    TEXT struct text name = TEXT_EMPTY;
    struct stat status;

    text_printf(&name, "%s%s", path, ending);
    return stat(text_get(&name), &status) == 0 ? status.st_ino : 0;
}

/* Writes a copy of a database that was deleted or replaced while the portal runs, while it can still be
 * read. */
static void rescue(struct sqlite_database *database)
{
    TEXT struct text copy = TEXT_EMPTY;

    text_printf(&copy, "%s.rescued-%lld", database->engine->path, clock_wall_ms());
    char *sql = sqlite3_mprintf("VACUUM INTO %Q", text_get(&copy));
    bool rescued = sql && sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    log_event(
        LOG_ERROR, "store.file_replaced", "file", database->engine->path, "rescued",
        rescued ? text_get(&copy) : NULL, "advice",
        "the database or its -wal file was deleted or replaced while the portal runs, and nothing is accepted"
        " any more. Stop the portal, restore the rescued copy (or the last backup) with expresslink-portal"
        " restore FILE, and start it again",
        NULL);
}

bool sqlite_is_replaced(struct sqlite_database *database)
{
    const char *path = database->engine->path;

    if (database->replaced)
        return true;
    ino_t wal = inode_of(path, "-wal");
    if (!database->wal)
        database->wal = wal;
    database->replaced = inode_of(path, "") != database->file || wal != database->wal;
    if (database->replaced)
        rescue(database);
    return database->replaced;
}

/* If root runs a command, the files that it creates belong to the user that the portal runs as: the owner of
 * the database, or of its folder. Never a file that has another name or contents: that user may have put a
 * link there. If it fails, the portal reports the file that it cannot open. */
static void give_to_owner(const char *database, int fd)
{
    OWNED char *copy = memory_string(database);
    struct stat owner, file;

    if (geteuid() != 0 || fstat(fd, &file) || file.st_uid != 0 || file.st_nlink != 1 || file.st_size != 0)
        return;
    bool is_there =
        stat(database, &owner) == 0 && (owner.st_dev != file.st_dev || owner.st_ino != file.st_ino);
    if (is_there || stat(dirname(copy), &owner) == 0)
        (void)!fchown(fd, owner.st_uid, owner.st_gid);
}

/* SQLite gives its -wal and -shm to the owner of the database. */
static void give_new_file_to_owner(const char *path)
{
    struct stat file;
    int fd = stat(path, &file) == 0 && file.st_size == 0 && S_ISREG(file.st_mode)
                 ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
                 : -1;

    if (fd < 0)
        return;
    give_to_owner(path, fd);
    close(fd);
}

/* SQLite finds a database's -wal by its name, and the lock is found by it too. Through another name of the
 * file a second program would write beside this one, or not see what the -wal holds
 * (sqlite.org/howtocorrupt.html, 2.4.1). */
static enum store_error refuse_hard_links(const char *path, struct text *why)
{
    struct stat file;

    if (stat(path, &file) || !S_ISREG(file.st_mode) || file.st_nlink < 2)
        return STORE_OK;
    text_printf(why,
                "%s has another name, a hard link, and is not safe to write to. Remove the other name (find"
                " -samefile shows it), or copy the file, and give hard links to backups only",
                path);
    return STORE_BROKEN;
}

static enum store_error lock_for_writing(struct sqlite_engine *engine, struct text *why)
{
    TEXT struct text lock = TEXT_EMPTY;

    text_printf(&lock, "%s.lock", engine->path);
    engine->lock_fd = open(lock.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (engine->lock_fd < 0) {
        text_printf(why, "%s: %s", lock.data, strerror(errno));
        return STORE_BROKEN;
    }
    give_to_owner(engine->path, engine->lock_fd);
    if (flock(engine->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return STORE_OK;
    text_printf(why, "%s is in use by another portal; stop it, or give each portal its own [store] url",
                engine->path);
    return STORE_IN_USE;
}

void sqlite_close(struct engine *engine)
{
    struct sqlite_engine *sqlite = (struct sqlite_engine *)(void *)engine;

    if (!sqlite)
        return;
    if (sqlite->lock_fd >= 0)
        close(sqlite->lock_fd);
    free(sqlite->path);
    free(sqlite);
}

/* An interrupted restore has moved the old database away, and the new one is not in its place yet. See
 * sqlite_restore.c. */
static enum store_error refuse_half_restored(const struct sqlite_engine *engine, struct text *why)
{
    TEXT struct text marked = TEXT_EMPTY;

    text_printf(&marked, "%s" SQLITE_RESTORED, engine->path);
    if (access(text_get(&marked), F_OK))
        return STORE_OK;
    text_printf(why, "%s exists: a restore was interrupted; run expresslink-portal restore FILE again",
                text_get(&marked));
    return STORE_BROKEN;
}

enum store_error sqlite_open(const struct store_options *options, struct engine **out, struct text *why)
{
    OWNED char *url = NULL;
    const struct store_options resolved = sqlite_resolve(options, &url);
    const char *path = sqlite_path(&resolved);

    /* SQLite would keep such a database in memory, or find it elsewhere. */
    if (*path == ':' || strncmp(path, "file:", 5) == 0) {
        text_printf(why, "[store] url must be sqlite: and the path of a file, not %s", path);
        return STORE_BROKEN;
    }
    struct sqlite_engine *engine = memory_new(1, sizeof *engine);
    *engine = (struct sqlite_engine){{&engine_sqlite}, memory_string(path), -1, options->alone};
    enum store_error error = refuse_hard_links(path, why);
    if (!error)
        error = lock_for_writing(engine, why);
    if (error) {
        sqlite_close(&engine->engine);
        return error;
    }
    *out = &engine->engine;
    return STORE_OK;
}

/* ---- a connection ---- */

void sqlite_disconnect(struct database *base)
{
    struct sqlite_database *database = sqlite_own(base);

    if (!database)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(database->statements[i].statement);
    for (int i = 0; i < SQLITE_CONTROL_COUNT; i++)
        sqlite3_finalize(database->controls[i]);
    sqlite3_close(database->handle);
    free(database);
}

static enum store_error open_file(struct sqlite_database *database, struct text *why)
{
    const char *path = database->engine->path;
    int flags = database->writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;

    if (sqlite3_open_v2(path, &database->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        text_printf(why, "%s: %s", path, sqlite3_errmsg(database->handle));
        return STORE_BROKEN;
    }
    if (database->writes)
        give_new_file_to_owner(path);
    sqlite3_busy_timeout(database->handle, SQLITE_BUSY_MS);
    database->file = inode_of(path, "");
    return STORE_OK;
}

enum store_error sqlite_connect(struct engine *engine, bool writes, struct database **out, struct text *why)
{
    enum store_error refused = refuse_half_restored((const struct sqlite_engine *)(const void *)engine, why);
    if (refused)
        return refused;
    struct sqlite_database *database = memory_new(1, sizeof *database);

    database->database.kind = &engine_sqlite;
    database->engine = (const struct sqlite_engine *)(const void *)engine;
    database->writes = writes;
    enum store_error error = open_file(database, why);
    if (!error && !writes)
        error = sqlite_explain(
            database,
            sqlite_run_script(database, "PRAGMA query_only = ON; PRAGMA cache_size = -1000", "settings"),
            why);
    if (error) {
        sqlite_disconnect(&database->database);
        return error;
    }
    *out = &database->database;
    return STORE_OK;
}
