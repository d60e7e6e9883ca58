/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded (LD_PRELOAD) into a program that uses SQLite: the program dies as of kill -9 when it is about to
 * run its so many-th statement. EXPRESSLINK_TEST_STOP_AT says which; the first one is 1. */
#include <dlfcn.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

typedef int open_function(const char *, sqlite3 **, int, const char *);

static long left;

static int on_statement(unsigned event, void *context, void *statement, void *text)
{
    (void)event;
    (void)context;
    (void)statement;
    (void)text;
    if (--left == 0)
        raise(SIGKILL);
    return 0;
}

int sqlite3_open_v2(const char *path, sqlite3 **handle, int flags, const char *vfs)
{
    void *found = dlsym(RTLD_NEXT, "sqlite3_open_v2");
    const char *stop_at = getenv("EXPRESSLINK_TEST_STOP_AT");
    open_function *next;

    memcpy(&next, &found, sizeof next);
    int code = next(path, handle, flags, vfs);
    if (code == SQLITE_OK && stop_at && left == 0) {
        left = strtol(stop_at, NULL, 10);
        sqlite3_trace_v2(*handle, SQLITE_TRACE_STMT, on_statement, NULL);
    }
    return code;
}
