/* SPDX-License-Identifier: Apache-2.0 */
/* Writes labels to a file, a folder of files or standard output. The target appears only when complete: data
 * goes to a temporary file or folder that output_commit() moves into place. Not thread-safe. Functions return
 * 0 or an errno value. */
#ifndef LABEL_OUTPUT_H
#define LABEL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output;

/* path NULL: standard output, never a folder. output_commit() replaces an existing file; an existing folder
 * must be empty (ENOTEMPTY). */
int output_open(const char *path, bool folder, struct output **out) __attribute__((warn_unused_result));
/* In a folder: ends the current file and starts one with that name. */
int output_file(struct output *output, const char *name) __attribute__((warn_unused_result));
int output_put(struct output *output, const void *bytes, size_t length) __attribute__((warn_unused_result));
/* Syncs everything to disk and moves it into place. Do not call after an error. */
int output_commit(struct output *output) __attribute__((warn_unused_result));
/* Removes everything that was not committed. NULL is allowed. */
void output_free(struct output *output);

#endif
