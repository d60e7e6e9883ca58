/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files. Any thread. Functions return 0 or an errno value. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Reads at most limit bytes; EFBIG when there is more. *out is owned by the caller and terminated. */
int file_read(const char *path, size_t limit, char **out, size_t *length) __attribute__((warn_unused_result));

/* Makes path as one step (temporary file beside it, fsync, rename, fsync of the folder): after a crash it is
 * there as a whole or not at all. Never overwrites and never follows a link: EEXIST. The mode is what is
 * said, whatever the umask is. */
int file_create(const char *path, const void *bytes, size_t length, mode_t mode)
    __attribute__((warn_unused_result));

/* Replaces path as one step (temporary file beside it, fsync, rename, fsync of the folder): after a crash
 * there is the old content or the new one. */
int file_replace(const char *path, const void *bytes, size_t length, mode_t mode)
    __attribute__((warn_unused_result));

/* Gives a finished file its name as one step (fsync, rename, fsync of the folder). Without replace it never
 * overwrites: EEXIST. */
int file_move(const char *from, const char *to, bool replace) __attribute__((warn_unused_result));

#endif
