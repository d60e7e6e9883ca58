/* SPDX-License-Identifier: Apache-2.0 */
/* Locks and opens the SQLite file, and notices if it was deleted or replaced. Private to
 * server/store/engine/. */
#ifndef SERVER_STORE_ENGINE_SQLITE_CONNECTION_H
#define SERVER_STORE_ENGINE_SQLITE_CONNECTION_H

#include <sys/types.h>

#include "server/store/engine.h"

struct sqlite3;
struct sqlite3_stmt;

#define SQLITE_PARAMETERS_MAX 24
#define SQLITE_BUSY_MS 2000 /* an operator's sqlite3 shell may briefly hold a lock */

struct sqlite_engine {
    struct engine engine;
    char *path;
    int lock_fd; /* locked while the store is open, so that only one process writes */
    bool alone;
};

struct sqlite_prepared {
    struct sqlite3_stmt *statement;
    unsigned char index[SQLITE_PARAMETERS_MAX]; /* SQLite's index of $1, $2, ...; 0: not in this statement */
};

enum sqlite_control { BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, UNDO, SQLITE_CONTROL_COUNT };

struct sqlite_database {
    struct database database;
    const struct sqlite_engine *engine;
    struct sqlite3 *handle;
    bool writes, replaced;
    bool rewritten;  /* a scrub has rewritten the file but is not finished */
    ino_t file, wal; /* inodes of the opened files; 0: not known yet */
    struct sqlite_prepared statements[STATEMENT_COUNT];
    struct sqlite3_stmt *controls[SQLITE_CONTROL_COUNT];
};

static inline struct sqlite_database *sqlite_own(struct database *database)
{
    return (struct sqlite_database *)(void *)database;
}

/* See engine_kind. */
enum store_error sqlite_open(const struct store_options *options, struct engine **out, struct text *why);
void sqlite_close(struct engine *engine);
enum store_error sqlite_connect(struct engine *engine, bool writes, struct database **out, struct text *why);
void sqlite_disconnect(struct database *database);

/* Returns true if the file or its -wal is not the one that was opened; then nothing may be written any more.
 * The first time, rescues what can still be read to another file. */
bool sqlite_is_replaced(struct sqlite_database *database);

/* Logs the last error of the connection. Never returns STORE_OK. what: the statement, or what was done. */
enum store_error sqlite_report(struct sqlite_database *database, const char *what);
/* Returns error. If it is an error, adds the file and SQLite's message to *why. */
enum store_error sqlite_explain(const struct sqlite_database *database, enum store_error error,
                                struct text *why);
/* Runs statements without rows and logs errors. */
enum store_error sqlite_run_script(struct sqlite_database *database, const char *sql, const char *what)
    __attribute__((warn_unused_result));

#endif
