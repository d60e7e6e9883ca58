/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a database while a portal uses it, from a separate process. The portal does nothing for it: it needs
 * no thread, memory or listener.
 *
 * This is safe with SQLite 3.40.1, whose WAL-reset bug needs two connections that write or checkpoint,
 * because this connection can do neither. It opens the file read-only, so the kernel rejects all writes. A
 * checkpoint is a write too: SQLite does not try one without a write lock, which a read-only descriptor
 * cannot get. SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE also turns off the checkpoint at close. So it is one more
 * reader like those of the portal. If -wal and -shm are missing, SQLite creates empty ones and leaves them.
 * If the last portal was killed, SQLite reads the contents of the -wal and leaves it in place.
 *
 * One read transaction lasts from the first page to the digest over the last row, so the copy is of one
 * moment. The portal continues to write to the -wal, which grows until a later checkpoint. */
#include "server/store/engine/sqlite_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/percent.h"
#include "server/store/engine/sqlite_contents.h"
#include "server/store/transaction.h"

#define STEP_PAGES 1024
#define WATCH_INSTRUCTIONS 100000
#define BUSY_MS 10000 /* another process may be recovering the -wal */

static void close_handle_at(sqlite3 **handle)
{
    sqlite3_close(*handle);
}
#define CONNECTION __attribute__((cleanup(close_handle_at))) sqlite3

const char *sqlite_path(const struct store_options *options)
{
    return strchr(options->url, ':') + 1;
}

struct store_options sqlite_resolve(const struct store_options *options, char **url)
{
    const char *path = sqlite_path(options);
    char *real = realpath(path, NULL);
    struct store_options resolved = *options;
    TEXT struct text text = TEXT_EMPTY;

    text_printf(&text, "sqlite:%s", real ? real : path);
    free(real);
    *url = text_take(&text);
    resolved.url = *url;
    return resolved;
}

bool sqlite_same_file(const char *one, const char *other)
{
    struct stat first, second;

    return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

void sqlite_remove(const char *path)
{
    static const char *const endings[] = {"", "-journal", "-wal", "-shm"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        TEXT struct text name = TEXT_EMPTY;
        text_printf(&name, "%s%s", path, endings[i]);
        unlink(text_get(&name));
    }
}

/* ---- progress and interruption ---- */

bool sqlite_report_progress(const struct backup_request *request, const char *doing, int percent,
                            struct text *why)
{
    if (!request->watch || request->watch(request->context, doing, percent))
        return true;
    text_puts(why, "interrupted");
    return false;
}

static int is_interrupted(void *context)
{
    const struct backup_request *request = context;

    return request->watch && !request->watch(request->context, NULL, -1);
}

void sqlite_watch(struct sqlite3 *handle, const struct backup_request *request)
{
    sqlite3_progress_handler(handle, WATCH_INSTRUCTIONS, is_interrupted, (void *)(uintptr_t)request);
}

/* ---- opening ---- */

static enum store_error open_database(const char *path, int flags, sqlite3 **out, struct text *why)
{
    if (sqlite3_open_v2(path, out, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
        return STORE_OK;
    text_puts(why, sqlite3_errmsg(*out));
    return STORE_FULL;
}

enum store_error sqlite_open_immutable(const char *path, struct sqlite3 **out, struct text *why)
{
    TEXT struct text uri = TEXT_EMPTY;

    text_puts(&uri, *path == '/' ? "file://" : "file:");
    percent_encode(&uri, path, strlen(path), "/");
    text_puts(&uri, "?immutable=1");
    return open_database(text_get(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, out, why);
}

static enum store_error open_source(const struct backup_request *request, sqlite3 **out, struct text *why)
{
    const char *path = sqlite_path(request->options);

    RETURN_IF(open_database(path, SQLITE_OPEN_READONLY, out, why));
    sqlite3_busy_timeout(*out, BUSY_MS);
    sqlite3_db_config(*out, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite_watch(*out, request);
    return contents_run(*out, "PRAGMA query_only = ON; BEGIN; SELECT count(*) FROM sqlite_schema", why);
}

/* ---- copying ---- */

/* The two files may be on different disks: finds out which one failed, and why. */
static enum store_error describe_failure(int code, sqlite3 *to, const char **blamed,
                                         const struct backup_request *request, struct text *why)
{
    int error = sqlite3_system_errno(to);

    if ((code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_TRUNCATE)
        *blamed = request->file;
    text_puts(why, sqlite3_errstr(code));
    if (error && *blamed == request->file)
        text_printf(why, " (%s)", strerror(error));
    return (code & 0xff) == SQLITE_CORRUPT ? STORE_BROKEN : STORE_FULL;
}

static enum store_error copy_pages(const struct backup_request *request, sqlite3 *from, sqlite3 *to,
                                   const char **blamed, struct text *why)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    bool goes_on = true;
    int code = SQLITE_OK;

    if (!backup)
        return contents_complain(to, why);
    while (goes_on && code == SQLITE_OK) {
        code = sqlite3_backup_step(backup, STEP_PAGES);
        int pages = sqlite3_backup_pagecount(backup), left = sqlite3_backup_remaining(backup);
        int percent = pages > 0 ? (int)(100LL * (pages - left) / pages) : 100;
        goes_on = sqlite_report_progress(request, "copying", percent, why);
    }
    int finished = sqlite3_backup_finish(backup);
    if (!goes_on)
        return STORE_FULL;
    if (code == SQLITE_DONE && finished == SQLITE_OK)
        return STORE_OK;
    return describe_failure(code == SQLITE_DONE ? finished : code, to, blamed, request, why);
}

static enum store_error copy_database(const struct backup_request *request, const char *to,
                                      struct contents *out, const char **blamed, struct text *why)
{
    CONNECTION *source = NULL;
    CONNECTION *copy = NULL;

    RETURN_IF(open_source(request, &source, why));
    out->made_at = clock_wall_ms();
    RETURN_IF(contents_versions(source, out, why));
    RETURN_IF(open_database(to, SQLITE_OPEN_READWRITE, &copy, why));
    RETURN_IF(contents_run(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", why));
    RETURN_IF(copy_pages(request, source, copy, blamed, why));
    if (!sqlite_report_progress(request, "reading", -1, why))
        return STORE_FULL;
    long long made_at = out->made_at;
    RETURN_IF(contents_read(source, out, why));
    out->made_at = made_at;
    return STORE_OK;
}

/* Turns off WAL mode, which was copied in the header, so that the backup is a single file. Adds the
 * manifest. */
static enum store_error seal(const char *path, const struct contents *contents, struct text *why)
{
    CONNECTION *copy = NULL;

    RETURN_IF(open_database(path, SQLITE_OPEN_READWRITE, &copy, why));
    RETURN_IF(contents_run(copy,
                           "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF;"
                           "PRAGMA journal_mode = DELETE",
                           why));
    return manifest_write(copy, contents, why);
}

/* ---- verifying ---- */

/* True for a database in use, or one copied with cp: part of its data is in the other file. */
static bool has_wal(const char *path)
{
    TEXT struct text wal = TEXT_EMPTY;
    struct stat status;

    text_printf(&wal, "%s-wal", path);
    return stat(text_get(&wal), &status) == 0 && status.st_size > 0;
}

static enum store_error verify_open(const struct backup_request *request, sqlite3 *handle,
                                    struct backup_report *out, struct text *why)
{
    struct contents found, wanted;

    if (!sqlite_report_progress(request, "verifying", -1, why))
        return STORE_FULL;
    RETURN_IF(contents_check(handle, why));
    enum store_error error = manifest_read(handle, &wanted, why);
    if (error && error != STORE_NOT_FOUND)
        return error;
    RETURN_IF(contents_read(handle, &found, why));
    if (!error)
        RETURN_IF(contents_compare(&found, &wanted, why));
    *out = (struct backup_report){
        .has_manifest = !error,
        .made_at = error ? 0 : wanted.made_at,
        .schema = found.version,
        .rows = found.rows,
    };
    memcpy(out->digest, found.digest, sizeof out->digest);
    return STORE_OK;
}

enum store_error sqlite_verify(const struct backup_request *request, const char *path,
                               struct backup_report *out, struct text *why)
{
    CONNECTION *handle = NULL;
    struct stat status;

    if (access(path, R_OK) || stat(path, &status)) {
        text_puts(why, strerror(errno));
        return STORE_FULL;
    }
    if (!S_ISREG(status.st_mode)) { /* a pipe would be waited for */
        text_puts(why, "not a regular file");
        return STORE_BROKEN;
    }
    if (has_wal(path)) {
        text_printf(why, "%s-wal exists: the file is a database in use and not a backup", path);
        return STORE_BROKEN;
    }
    RETURN_IF(sqlite_open_immutable(path, &handle, why));
    sqlite_watch(handle, request);
    return verify_open(request, handle, out, why);
}

/* ---- the file ---- */

/* Creates the file and locks it while it is written, so that two commands do not write the same file. Returns
 * -1 with a sentence in *why on error. */
static int create_partial(const char *path, struct text *why)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && ftruncate(fd, 0) == 0 && fchmod(fd, 0600) == 0)
        return fd;
    text_printf(why, "%s: %s", path,
                errno == EWOULDBLOCK ? "another backup is being written" : strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* True for the database, and for the files that SQLite and the portal keep beside it. */
static bool belongs_to_database(const char *path, const char *file)
{
    static const char *const endings[] = {"",      "-journal",      "-wal",       "-shm",
                                          ".lock", SQLITE_RESTORED, ".restoring", SQLITE_BACKUP_TIME};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        TEXT struct text name = TEXT_EMPTY;
        text_printf(&name, "%s%s", path, endings[i]);
        if (strcmp(text_get(&name), file) == 0 || sqlite_same_file(text_get(&name), file))
            return true;
    }
    return false;
}

static enum store_error check_target(const struct backup_request *request, struct text *why)
{
    const char *path = sqlite_path(request->options);

    if (access(path, F_OK)) {
        text_printf(why, "%s: %s", path, strerror(errno));
        return STORE_FULL;
    }
    if (belongs_to_database(path, request->file)) {
        text_printf(why, "%s is the database itself, or belongs to it; choose another file", request->file);
        return STORE_FULL;
    }
    if (access(request->file, F_OK) == 0 && !request->replace_file) {
        text_printf(why, "%s exists; use --force to replace it", request->file);
        return STORE_FULL;
    }
    return STORE_OK;
}

static enum store_error fill(const struct backup_request *request, const char *partial,
                             struct backup_report *out, struct text *why)
{
    OWNED struct contents *contents = memory_new(1, sizeof *contents);
    TEXT struct text reason = TEXT_EMPTY;
    const char *blamed = sqlite_path(request->options);
    enum store_error error = copy_database(request, partial, contents, &blamed, &reason);

    if (!error) {
        blamed = request->file;
        error = seal(partial, contents, &reason);
    }
    if (!error)
        error = sqlite_verify(request, partial, out, &reason);
    if (error)
        text_printf(why, "%s: %s", blamed, text_get(&reason));
    return error;
}

/* Records the time of the backup. If this fails, the backup is still good. */
static bool record_time(const struct backup_request *request, long long made_at)
{
    TEXT struct text path = TEXT_EMPTY;
    TEXT struct text line = TEXT_EMPTY;

    text_printf(&path, "%s" SQLITE_BACKUP_TIME, sqlite_path(request->options));
    text_printf(&line, "%lld\n", made_at);
    return file_replace(text_get(&path), text_get(&line), line.length, 0644) == 0;
}

static enum store_error write_backup(const struct backup_request *request, struct backup_report *out,
                                     struct text *why)
{
    TEXT struct text partial = TEXT_EMPTY;

    RETURN_IF(check_target(request, why));
    text_printf(&partial, "%s.partial", request->file);
    int fd = create_partial(text_get(&partial), why);
    if (fd < 0)
        return STORE_FULL;
    enum store_error error = fill(request, text_get(&partial), out, why);
    int moved = error ? 0 : file_move(text_get(&partial), request->file, request->replace_file);
    if (moved) {
        text_printf(why, "%s: %s", request->file, strerror(moved));
        error = STORE_FULL;
    }
    if (error)
        sqlite_remove(text_get(&partial));
    else
        out->is_recorded = record_time(request, out->made_at);
    close(fd);
    return error;
}

enum store_error sqlite_backup_write(const struct backup_request *request, struct backup_report *out,
                                     struct text *why)
{
    OWNED char *url = NULL;
    const struct store_options options = sqlite_resolve(request->options, &url);
    struct backup_request resolved = *request;

    resolved.options = &options;
    return write_backup(&resolved, out, why);
}

enum store_error sqlite_backup_verify(const struct backup_request *request, struct backup_report *out,
                                      struct text *why)
{
    TEXT struct text reason = TEXT_EMPTY;
    enum store_error error = sqlite_verify(request, request->file, out, &reason);

    if (error)
        text_printf(why, "%s: %s", request->file, text_get(&reason));
    return error;
}
