/* SPDX-License-Identifier: Apache-2.0 */
/* Where labels go: a file, a folder of files, or standard output. Nothing is there before all of it is: it is
 * written beside and put in its place at the end. One thread. Functions return 0 or an errno value. */
#ifndef LABEL_OUTPUT_H
#define LABEL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output;

/* path NULL: standard output, never a folder. An existing file is replaced in the end; an existing folder
 * must be empty (ENOTEMPTY). */
int output_open(const char *path, bool folder, struct output **out) __attribute__((warn_unused_result));
/* In a folder: begins a file of that name, and ends the one before. */
int output_file(struct output *output, const char *name) __attribute__((warn_unused_result));
int output_put(struct output *output, const void *bytes, size_t length) __attribute__((warn_unused_result));
/* All of it is on the disk and in its place. Not after an error. */
int output_commit(struct output *output) __attribute__((warn_unused_result));
/* Without output_commit() nothing stays behind. NULL is fine. */
void output_free(struct output *output);

#endif
