/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/input_files.h"

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

static void add(struct input_files *files, const char *path, unsigned long long bytes)
{
    if ((files->count & (files->count + 1)) == 0) /* there is room up to the next power of two */
        files->paths = memory_grow(files->paths, 2 * (files->count + 1), sizeof *files->paths);
    files->paths[files->count++] = memory_string(path);
    files->bytes += bytes;
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

static bool add_folder(struct input_files *files, const char *path, struct text *why)
{
    __attribute__((cleanup(close_folder))) DIR *folder = opendir(path);
    size_t before = files->count;
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
        add(files, name.data, (unsigned long long)status.st_size);
    }
    if (errno != 0)
        return fail(path, strerror(errno), why);
    if (files->count == before)
        return fail(path, "the folder has no files", why);
    qsort(files->paths + before, files->count - before, sizeof *files->paths, compare);
    return true;
}

bool input_files_add(struct input_files *files, const char *path, struct text *why)
{
    struct stat status;

    if (path[0] == '\0')
        return fail("\"\"", "not a file", why);
    if (strcmp(path, "-") == 0) {
        add(files, path, 0);
        return true;
    }
    if (stat(path, &status) != 0)
        return fail(path, strerror(errno), why);
    if (S_ISDIR(status.st_mode))
        return add_folder(files, path, why);
    add(files, path, S_ISREG(status.st_mode) ? (unsigned long long)status.st_size : 0);
    return true;
}

void input_files_fini(struct input_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (struct input_files){0};
}

static void close_file(const int *file)
{
    if (*file > STDIN_FILENO)
        close(*file);
}

bool input_file_read(const char *path, bool (*part)(void *context, const char *bytes, size_t length),
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
