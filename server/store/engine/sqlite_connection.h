/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite file and the connections to it: locked against a second portal, opened, and found deleted or
 * replaced. For the files of this folder. */
#ifndef SERVER_STORE_ENGINE_SQLITE_CONNECTION_H
#define SERVER_STORE_ENGINE_SQLITE_CONNECTION_H

#include <sys/types.h>

#include "server/store/engine.h"

struct sqlite3;
struct sqlite3_stmt;

#define SQLITE_PARAMETERS_MAX 16
#define SQLITE_BUSY_MS 2000 /* an operator's sqlite3 shell may hold a lock for a moment */

struct sqlite_engine {
    struct engine engine;
    char *path;
    int lock_fd; /* held for as long as the store is open: one process writes */
    bool alone;
};

struct sqlite_prepared {
    struct sqlite3_stmt *statement;
    unsigned char index[SQLITE_PARAMETERS_MAX]; /* SQLite's number of $1, $2, ...; 0: not in this text */
};

enum sqlite_control { BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, UNDO, SQLITE_CONTROL_COUNT };

struct sqlite_database {
    struct database database;
    const struct sqlite_engine *engine;
    struct sqlite3 *handle;
    bool writes, replaced;
    bool rewritten;  /* by a scrub that has not finished */
    ino_t file, wal; /* of what was opened; 0: not seen yet */
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

/* The file or its -wal is not what was opened, and from now on never will be: nothing may be written. The
 * first time, what can still be read is written to a file of its own. */
bool sqlite_is_replaced(struct sqlite_database *database);

/* Logs the connection's last error; never STORE_OK. what: what was being done. */
enum store_error sqlite_report(struct sqlite_database *database, const char *what);
/* Passes error on, with the file and SQLite's words in *why where it is one. */
enum store_error sqlite_explain(const struct sqlite_database *database, enum store_error error,
                                struct text *why);
/* Statements without rows; an error is logged. */
enum store_error sqlite_run_script(struct sqlite_database *database, const char *sql, const char *what)
    __attribute__((warn_unused_result));

#endif
