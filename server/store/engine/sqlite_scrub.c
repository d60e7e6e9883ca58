/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite zeroes what it deletes (secure_delete), but not what stays behind in a page when its rows move to
 * another, which happens while tables grow and shrink: of 20,000 registrations one or two leave a part of
 * themselves so. Only writing the file anew (VACUUM) is sure to remove that. It stops the writer, so a portal
 * that serves does it up to a size of the file for which that takes half a second; above it, erase without a
 * portal does it. The -wal has the pages as they were: it is brought home and cut to nothing. */
#include "server/store/engine/sqlite_scrub.h"

#include <sqlite3.h>

#include "base/log.h"

#define REWRITE_BYTES_MAX (64LL << 20)
#define BUSY_MS 20

static long long size_of(sqlite3 *handle)
{
    sqlite3_stmt *statement = NULL;
    long long bytes = 0;

    if (sqlite3_prepare_v2(handle, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                           -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        bytes = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return bytes;
}

static void rewrite(sqlite3 *handle, bool alone)
{
    long long bytes = size_of(handle);

    if (!alone && bytes > REWRITE_BYTES_MAX)
        log_event(LOG_INFO, "store.erased", "bytes", LOG_NUMBER(bytes), "advice",
                  "the rows are gone; parts of them may stay in unused places of the file until"
                  " expresslink-portal erase has run without a portal",
                  NULL);
    else if (sqlite3_exec(handle, "VACUUM", NULL, NULL, NULL) != SQLITE_OK)
        log_event(LOG_ERROR, "store.not_rewritten", "error", sqlite3_errmsg(handle), NULL);
}

bool sqlite_scrub_file(sqlite3 *handle, bool alone, bool *rewritten)
{
    if (!*rewritten)
        rewrite(handle, alone);
    *rewritten = true;
    sqlite3_busy_timeout(handle, BUSY_MS);
    int code = sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return false;
    *rewritten = false;
    return true;
}
