/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

#define PART_BYTES ((size_t)256 * 1024)

static bool fail(const char *path, const char *reason, struct text *why)
{
    text_clear(why);
    text_printf(why, "%s: %s", path, reason);
    return false;
}

static void add(struct sources *sources, const char *path, unsigned long long bytes)
{
    if ((sources->count & (sources->count + 1)) == 0) /* there is room up to the next power of two */
        sources->paths = memory_grow(sources->paths, 2 * (sources->count + 1), sizeof *sources->paths);
    sources->paths[sources->count++] = memory_string(path);
    sources->bytes += bytes;
}

static int compare(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

static bool add_folder(struct sources *sources, const char *path, struct text *why)
{
    __attribute__((cleanup(close_folder))) DIR *folder = opendir(path);
    size_t before = sources->count;
    struct dirent *each;
    struct stat status;

    if (folder == NULL)
        return fail(path, strerror(errno), why);
    for (errno = 0; (each = readdir(folder)) != NULL; errno = 0) {
        TEXT struct text name = TEXT_EMPTY;
        text_printf(&name, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", each->d_name);
        if (each->d_name[0] == '.' || (stat(name.data, &status) == 0 && S_ISDIR(status.st_mode)))
            continue;
        if (stat(name.data, &status) != 0)
            return fail(name.data, strerror(errno), why);
        add(sources, name.data, (unsigned long long)status.st_size);
    }
    if (errno != 0)
        return fail(path, strerror(errno), why);
    if (sources->count == before)
        return fail(path, "the folder has no files", why);
    qsort(sources->paths + before, sources->count - before, sizeof *sources->paths, compare);
    return true;
}

bool sources_add(struct sources *sources, const char *path, struct text *why)
{
    struct stat status;

    if (path[0] == '\0')
        return fail("\"\"", "not a file", why);
    if (strcmp(path, "-") == 0) {
        add(sources, path, 0);
        return true;
    }
    if (stat(path, &status) != 0)
        return fail(path, strerror(errno), why);
    if (S_ISDIR(status.st_mode))
        return add_folder(sources, path, why);
    add(sources, path, S_ISREG(status.st_mode) ? (unsigned long long)status.st_size : 0);
    return true;
}

void sources_fini(struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++)
        free(sources->paths[i]);
    free(sources->paths);
    *sources = (struct sources){0};
}

static void close_file(const int *file)
{
    if (*file > STDIN_FILENO)
        close(*file);
}

bool source_read(const char *path, bool (*part)(void *context, const char *bytes, size_t length),
                 void *context, struct text *why)
{
    __attribute__((cleanup(close_file))) int file =
        strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    OWNED char *bytes = memory_new(PART_BYTES, 1);
    ssize_t length;

    if (file < 0)
        return fail(path, strerror(errno), why);
    (void)posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
    while ((length = read(file, bytes, PART_BYTES)) != 0) {
        if (length > 0 && !part(context, bytes, (size_t)length))
            break;
        if (length < 0 && errno != EINTR)
            return fail(path, strerror(errno), why);
        if (length < 0 && !part(context, bytes, 0)) /* read() was perhaps interrupted: the caller checks */
            break;
    }
    return true;
}
