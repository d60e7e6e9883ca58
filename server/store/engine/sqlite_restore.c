/* SPDX-License-Identifier: Apache-2.0 */
/* Replaces the database with a backup. After a crash at any moment there is the old database, the new one, or
 * a portal that refuses to start and gives the reason:
 *
 * 1. Take the portal's lock and hold it to the end. Checkpoint the old -wal into the old file.
 * 2. Copy the backup to portal.db.restoring without its manifest, compare the copy and sync it to disk.
 * 3. Rename it to portal.db.restored. While this file exists, no portal starts (sqlite_connection.c).
 * 4. Rename the old database, and its -wal if it was too damaged for step 1.
 * 5. Rename portal.db.restored to portal.db. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "server/store/engine.h"
#include "server/store/engine/sqlite_backup.h"
#include "server/store/engine/sqlite_contents.h"
#include "server/store/transaction.h"

#define PART 65536

static void close_handle_at(sqlite3 **handle)
{
    sqlite3_close(*handle);
}
#define CONNECTION __attribute__((cleanup(close_handle_at))) sqlite3

static void close_at(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define CLOSED __attribute__((cleanup(close_at)))

static enum store_error complain(const char *path, int error, struct text *why)
{
    text_printf(why, "%s: %s", path, strerror(error));
    return STORE_FULL;
}

/* ---- checks ---- */

/* Checkpoints the -wal when no other process uses the database. A database that is too damaged for that is
 * replaced as it is, and SQLite must not remove its -wal. */
static bool checkpoint(const char *path, struct contents *out, struct text *why)
{
    CONNECTION *handle = NULL;

    if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return false;
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (contents_versions(handle, out, why) || contents_run(handle, "PRAGMA wal_checkpoint(TRUNCATE)", why))
        return false;
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return true;
}

static enum store_error compare_versions(const struct backup_request *request, const struct contents *backup,
                                         struct text *why)
{
    const char *path = sqlite_path(request->options);
    int known = (int)*engine_sqlite.migrations.count;
    struct contents now = {0};
    TEXT struct text ignored = TEXT_EMPTY;

    if (backup->oldest_program > known) {
        text_printf(why,
                    "%s was made by a newer portal (schema %d; this version knows %d); restore it with that"
                    " version",
                    request->file, backup->version, known);
        return STORE_TOO_NEW;
    }
    if (access(path, F_OK) || !checkpoint(path, &now, &ignored) || now.version <= backup->version)
        return STORE_OK;
    text_printf(why,
                "%s is newer (schema %d) than %s (schema %d), so nothing was replaced. To use the older"
                " one anyway, move %s away first",
                path, now.version, request->file, backup->version, path);
    return STORE_TOO_NEW;
}

static enum store_error versions_of(const struct backup_request *request, struct contents *out,
                                    struct text *why)
{
    CONNECTION *handle = NULL;

    RETURN_IF(sqlite_open_immutable(request->file, &handle, why));
    return contents_versions(handle, out, why);
}

/* ---- the new file ---- */

static int copy_bytes(int from, int to)
{
    OWNED char *part = memory_new(1, PART);
    ssize_t got;

    while ((got = read(from, part, PART)) > 0)
        for (ssize_t done = 0, more; done < got; done += more)
            if ((more = write(to, part + done, (size_t)(got - done))) < 0)
                return errno;
    return got < 0 ? errno : 0;
}

/* Gives the file to the user that the portal runs as, if root restores: the owner of the old database, or of
 * its folder. */
static int give_to_owner(int fd, const char *database)
{
    OWNED char *copy = memory_string(database);
    struct stat owner;

    if (stat(database, &owner) && stat(dirname(copy), &owner))
        return errno;
    if (owner.st_uid == geteuid() || fchown(fd, owner.st_uid, owner.st_gid) == 0)
        return 0;
    return errno;
}

static enum store_error copy_file(const struct backup_request *request, const char *to, struct text *why)
{
    CLOSED int source = open(request->file, O_RDONLY | O_CLOEXEC);
    CLOSED int copy = open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (source < 0)
        return complain(request->file, errno, why);
    int error = copy < 0 ? errno : copy_bytes(source, copy);
    if (!error && fchmod(copy, 0600))
        error = errno;
    if (!error)
        error = give_to_owner(copy, sqlite_path(request->options));
    return error ? complain(to, error, why) : STORE_OK;
}

static enum store_error unseal(const char *path, struct text *why)
{
    CONNECTION *handle = NULL;

    if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return contents_complain(handle, why);
    return manifest_remove(handle, why);
}

static enum store_error prepare_new(const struct backup_request *request, const char *path,
                                    const struct backup_report *wanted, struct text *why)
{
    struct backup_report found;

    sqlite_remove(path); /* left by an interrupted restore */
    RETURN_IF(copy_file(request, path, why));
    RETURN_IF(unseal(path, why));
    RETURN_IF(sqlite_verify(request, path, &found, why));
    if (strcmp(found.digest, wanted->digest) == 0)
        return STORE_OK;
    text_printf(why, "%s: the copy differs from the backup", path);
    return STORE_FULL;
}

/* ---- exchange ---- */

static int move_if_there(const char *database, const char *ending, const char *kept)
{
    TEXT struct text from = TEXT_EMPTY;
    TEXT struct text to = TEXT_EMPTY;

    text_printf(&from, "%s%s", database, ending);
    text_printf(&to, "%s%s", kept, ending);
    return access(text_get(&from), F_OK) ? 0 : file_move(text_get(&from), text_get(&to), false);
}

static void name_kept(const char *path, struct text *out)
{
    char when[CLOCK_RFC3339_SIZE];

    clock_rfc3339(clock_wall_ms(), when);
    for (char *at = when; *at; at++)
        if (*at == ':')
            *at = '-'; /* scp and tar treat colons in names specially */
    text_printf(out, "%s.replaced-%s", path, when);
}

static enum store_error exchange(const char *path, const char *restoring, struct text *kept, struct text *why)
{
    TEXT struct text marked = TEXT_EMPTY;
    TEXT struct text shared = TEXT_EMPTY;
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&marked, "%s" SQLITE_RESTORED, path);
    text_printf(&shared, "%s-shm", path);
    name_kept(path, &name);
    bool replaces = access(path, F_OK) == 0;
    int error = file_move(restoring, text_get(&marked), true);
    if (!error)
        error = move_if_there(path, "-wal", text_get(&name));
    if (!error)
        error = move_if_there(path, "", text_get(&name));
    if (!error && unlink(text_get(&shared)) && errno != ENOENT)
        error = errno;
    if (!error)
        error = file_move(text_get(&marked), path, true);
    if (error)
        return complain(path, error, why);
    if (replaces)
        text_puts(kept, text_get(&name));
    return STORE_OK;
}

static enum store_error restore_locked(const struct backup_request *request, struct backup_report *out,
                                       struct text *kept, struct text *why)
{
    const char *path = sqlite_path(request->options);
    struct contents versions = {0};
    TEXT struct text restoring = TEXT_EMPTY;

    RETURN_IF(versions_of(request, &versions, why));
    RETURN_IF(compare_versions(request, &versions, why));
    text_printf(&restoring, "%s.restoring", path);
    enum store_error error = prepare_new(request, text_get(&restoring), out, why);
    if (!error)
        error = exchange(path, text_get(&restoring), kept, why);
    if (error)
        sqlite_remove(text_get(&restoring));
    return error;
}

static enum store_error restore(const struct backup_request *request, struct backup_report *out,
                                struct text *kept, struct text *why)
{
    struct engine *lock = NULL;

    if (sqlite_same_file(sqlite_path(request->options), request->file)) {
        text_printf(why, "%s is the database itself; choose another file", request->file);
        return STORE_FULL;
    }
    RETURN_IF(sqlite_backup_verify(request, out, why));
    enum store_error locked = engine_sqlite.open(request->options, &lock, why);
    if (locked)
        return locked == STORE_BROKEN ? STORE_FULL : locked;
    enum store_error error = restore_locked(request, out, kept, why);
    engine_sqlite.close(lock);
    return error;
}

enum store_error sqlite_restore(const struct backup_request *request, struct backup_report *out,
                                struct text *kept, struct text *why)
{
    OWNED char *url = NULL;
    const struct store_options options = sqlite_resolve(request->options, &url);
    struct backup_request resolved = *request;

    resolved.options = &options;
    return restore(&resolved, out, kept, why);
}
