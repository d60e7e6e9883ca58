/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static void close_at(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#define PART_BYTES 65536

#define CLOSED __attribute__((cleanup(close_at)))

int file_read_rest(int fd, size_t limit, struct text *out)
{
    OWNED char *part = memory_new(PART_BYTES, 1);
    size_t before = out->length;

    for (;;) {
        ssize_t got = read(fd, part, PART_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            return 0;
        if (out->length - before + (size_t)got > limit)
            return EFBIG;
        text_add(out, part, (size_t)got);
    }
}

int file_read(const char *path, size_t limit, char **out, size_t *length)
{
    CLOSED int fd = open(path, O_RDONLY | O_CLOEXEC);
    TEXT struct text content = TEXT_EMPTY;

    if (fd < 0)
        return errno;
    int error = file_read_rest(fd, limit, &content);
    if (error)
        return error;
    *length = content.length;
    *out = text_take(&content);
    return 0;
}

int file_write_all(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length) {
        ssize_t done = write(fd, at, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno;
        at += done;
        length -= (size_t)done;
    }
    return 0;
}

int file_sync_folder_of(const char *path)
{
    OWNED char *copy = memory_string(path);
    CLOSED int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd))
        return errno;
    return 0;
}

/* Some file systems cannot rename without overwriting; use a hard link there. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    return link(from, to) == 0 && unlink(from) == 0 ? 0 : errno;
}

static int rename_over(const char *from, const char *to)
{
    return rename(from, to) == 0 ? 0 : errno;
}

static int write_beside(const char *path, const void *bytes, size_t length, mode_t mode,
                        int (*into_place)(const char *from, const char *to))
{
    TEXT struct text temporary = TEXT_EMPTY;

    text_printf(&temporary, "%s.XXXXXX", path);
    CLOSED int fd = mkostemp(temporary.data, O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = file_write_all(fd, bytes, length);
    if (!error && (fsync(fd) || fchmod(fd, mode)))
        error = errno;
    if (!error)
        error = into_place(temporary.data, path);
    if (error) {
        unlink(temporary.data);
        return error;
    }
    return file_sync_folder_of(path);
}

int file_create(const char *path, const void *bytes, size_t length, mode_t mode)
{
    return write_beside(path, bytes, length, mode, rename_new);
}

int file_replace(const char *path, const void *bytes, size_t length, mode_t mode)
{
    return write_beside(path, bytes, length, mode, rename_over);
}

int file_move(const char *from, const char *to, bool replace)
{
    CLOSED int fd = open(from, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 || fsync(fd) ? errno : 0;

    if (!error)
        error = replace ? rename_over(from, to) : rename_new(from, to);
    return error ? error : file_sync_folder_of(to);
}

bool file_has_folder(const char *path, struct text *why)
{
    const char *slash = strrchr(path, '/');
    TEXT struct text folder = TEXT_EMPTY;
    struct stat status;

    if (slash)
        text_add(&folder, path, slash == path ? 1 : (size_t)(slash - path));
    else
        text_puts(&folder, ".");
    if (stat(text_get(&folder), &status) != 0)
        text_printf(why, "the folder %s: %s; make it, for the user that the portal runs as",
                    text_get(&folder), strerror(errno));
    else if (!S_ISDIR(status.st_mode))
        text_printf(why, "%s is not a folder", text_get(&folder));
    else if (access(text_get(&folder), W_OK | X_OK) != 0)
        text_printf(why, "user %ld may not write in the folder %s: %s", (long)geteuid(), text_get(&folder),
                    strerror(errno));
    else
        return true;
    return false;
}
