/* SPDX-License-Identifier: Apache-2.0 */
/* Removes traces of deleted rows. SQLite zeroes what it deletes (secure_delete), but not what remains in a
 * page after its rows have moved to another page. This happens while tables grow and shrink: one or two of
 * 20,000 registrations leave a part of themselves. Only rewriting the file (VACUUM) removes that reliably. It
 * blocks the writer, so a running portal does it only for files small enough that it takes half a second;
 * above that size `erase` does it when no portal runs. The -wal contains the old pages, so it is checkpointed
 * and truncated. */
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
        log_event(LOG_INFO, "store.rewrite_skipped", "bytes", LOG_NUMBER(bytes), "advice",
                  "the rows are deleted, but parts of them may remain in unused places of the file until"
                  " expresslink-portal erase runs while the portal is stopped",
                  NULL);
    else if (sqlite3_exec(handle, "VACUUM", NULL, NULL, NULL) != SQLITE_OK)
        log_event(LOG_ERROR, "store.rewrite_failed", "error", sqlite3_errmsg(handle), NULL);
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
