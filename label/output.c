/* SPDX-License-Identifier: Apache-2.0 */
#include "label/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#define BUFFER_SIZE (256 << 10)

enum kind {
    REPLACED, /* a temporary file beside it, renamed */
    COPIED,   /* an unnamed file, copied at the end: standard output, devices, pipes */
    FOLDER,   /* a temporary folder beside it, renamed */
};

struct output {
    enum kind kind;
    char *path;      /* owned; NULL: standard output */
    char *temporary; /* owned; NULL after the rename, or without a name */
    int folder;      /* only for FOLDER, else -1 */
    int file;        /* -1: none */
    size_t used;
    char buffer[BUFFER_SIZE];
};

static int flush(struct output *output)
{
    int error = file_write_all(output->file, output->buffer, output->used);

    output->used = 0;
    return error;
}

static void name_temporary(struct output *output)
{
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "%s.XXXXXX", output->path);
    output->temporary = text_take(&name);
}

static int forget_temporary(struct output *output)
{
    int error = errno;

    free(output->temporary);
    output->temporary = NULL;
    return error;
}

static int open_folder(struct output *output)
{
    struct stat status;

    /* Replaces an empty folder, never one that is no longer empty. */
    if (stat(output->path, &status) == 0) {
        if (!S_ISDIR(status.st_mode))
            return ENOTDIR;
        DIR *there = opendir(output->path);
        size_t count = 0;
        if (there == NULL)
            return errno;
        while (readdir(there) != NULL)
            count++;
        closedir(there);
        if (count > 2)
            return ENOTEMPTY;
    }
    name_temporary(output);
    if (mkdtemp(output->temporary) == NULL)
        return forget_temporary(output);
    output->folder = open(output->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return output->folder < 0 ? errno : 0;
}

static int open_unnamed(struct output *output)
{
    const char *folder = getenv("TMPDIR");
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "%s/labels.XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    output->file = mkostemp(name.data, O_CLOEXEC);
    if (output->file < 0)
        return errno;
    unlink(name.data);
    return 0;
}

static int open_beside(struct output *output)
{
    name_temporary(output);
    output->file = mkostemp(output->temporary, O_CLOEXEC);
    return output->file < 0 ? forget_temporary(output) : 0;
}

static int open_kind(struct output *output, bool folder)
{
    struct stat status;

    output->kind = COPIED;
    if (output->path == NULL)
        return open_unnamed(output);
    if (folder) {
        output->kind = FOLDER;
        return open_folder(output);
    }
    bool there = stat(output->path, &status) == 0;
    if (there && S_ISDIR(status.st_mode))
        return EISDIR;
    if (there && !S_ISREG(status.st_mode))
        return open_unnamed(output);
    output->kind = REPLACED;
    return open_beside(output);
}

int output_open(const char *path, bool folder, struct output **out)
{
    struct output *output = memory_new(1, sizeof *output);

    output->path = memory_string(path);
    output->file = output->folder = -1;
    if (path != NULL)
        for (size_t length = strlen(path); length > 1 && output->path[length - 1] == '/'; length--)
            output->path[length - 1] = '\0';
    int error = open_kind(output, folder);
    if (error != 0) {
        output_free(output);
        return error;
    }
    *out = output;
    return 0;
}

/* Ends the current file of a folder. */
static int end_file(struct output *output)
{
    if (output->file < 0)
        return 0;
    int error = flush(output);
    if (close(output->file) != 0 && error == 0)
        error = errno;
    output->file = -1;
    return error;
}

int output_file(struct output *output, const char *name)
{
    int error = end_file(output);

    if (error != 0)
        return error;
    output->file = openat(output->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    return output->file < 0 ? errno : 0;
}

int output_put(struct output *output, const void *bytes, size_t length)
{
    if (output->used + length > sizeof output->buffer) {
        int error = flush(output);
        if (error != 0)
            return error;
    }
    if (length > sizeof output->buffer)
        return file_write_all(output->file, bytes, length);
    memcpy(output->buffer + output->used, bytes, length);
    output->used += length;
    return 0;
}

static int copy(struct output *output, int target)
{
    if (lseek(output->file, 0, SEEK_SET) < 0)
        return errno;
    for (;;) {
        ssize_t got = read(output->file, output->buffer, sizeof output->buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : 0;
        int error = file_write_all(target, output->buffer, (size_t)got);
        if (error != 0)
            return error;
    }
}

static int commit_copy(struct output *output)
{
    int error = flush(output);

    if (error != 0)
        return error;
    if (output->path == NULL)
        return copy(output, STDOUT_FILENO);
    int target = open(output->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (target < 0)
        return errno;
    error = copy(output, target);
    if (close(target) != 0 && error == 0)
        error = errno;
    return error;
}

static int commit_rename(struct output *output)
{
    int error = file_move(output->temporary, output->path, true);

    if (error == 0)
        forget_temporary(output);
    return error;
}

static int commit_folder(struct output *output)
{
    int error = end_file(output);

    if (error != 0)
        return error;
    /* One sync for all files: a million single ones would take hours. */
    if (syncfs(output->folder) != 0 || fchmod(output->folder, 0755) != 0)
        return errno;
    return commit_rename(output);
}

static int commit_file(struct output *output)
{
    int error = flush(output);

    if (error != 0)
        return error;
    if (fchmod(output->file, 0644) != 0)
        return errno;
    return commit_rename(output);
}

int output_commit(struct output *output)
{
    switch (output->kind) {
    case COPIED:
        return commit_copy(output);
    case FOLDER:
        return commit_folder(output);
    default:
        return commit_file(output);
    }
}

static void remove_folder(const struct output *output)
{
    DIR *folder = opendir(output->temporary);
    const struct dirent *entry;

    if (folder != NULL) {
        while ((entry = readdir(folder)) != NULL)
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                unlinkat(dirfd(folder), entry->d_name, 0);
        closedir(folder);
    }
    rmdir(output->temporary);
}

void output_free(struct output *output)
{
    if (output == NULL)
        return;
    if (output->file >= 0)
        close(output->file);
    if (output->folder >= 0)
        close(output->folder);
    if (output->temporary != NULL && output->kind == FOLDER)
        remove_folder(output);
    else if (output->temporary != NULL)
        unlink(output->temporary);
    free(output->temporary);
    free(output->path);
    free(output);
}
