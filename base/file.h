/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes whole files. Blocking, any thread. Functions return 0 or an errno value. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"

/* Reads a file. EFBIG if it has more than limit bytes. The caller frees *out, which is terminated. */
int file_read(const char *path, size_t limit, char **out, size_t *length) __attribute__((warn_unused_result));

/* Adds what is left to read of an open file to out. EFBIG as above. */
int file_read_rest(int fd, size_t limit, struct text *out) __attribute__((warn_unused_result));

/* Writes all bytes to fd, which is blocking, in as many calls as it takes. */
int file_write_all(int fd, const void *bytes, size_t length) __attribute__((warn_unused_result));

/* Creates path atomically (temporary file beside it, fsync, rename, fsync of the folder): after a crash the
 * file is complete or missing. Never overwrites or follows a link: EEXIST. Sets mode regardless of the
 * umask. */
int file_create(const char *path, const void *bytes, size_t length, mode_t mode)
    __attribute__((warn_unused_result));

/* Like file_create(), but replaces an existing file: after a crash path has the old or the new content. */
int file_replace(const char *path, const void *bytes, size_t length, mode_t mode)
    __attribute__((warn_unused_result));

/* Renames a finished file atomically (fsync, rename, fsync of the folder). Without replace it never
 * overwrites: EEXIST. */
int file_move(const char *from, const char *to, bool replace) __attribute__((warn_unused_result));

/* Whether a file can be made at this path: its folder is there, and this user may write in it. Otherwise *why
 * has a sentence. */
bool file_has_folder(const char *path, struct text *why);

/* Puts the name of a new or renamed file onto the disk: fsync of its folder. */
int file_sync_folder_of(const char *path) __attribute__((warn_unused_result));

#endif
