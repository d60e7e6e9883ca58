/* SPDX-License-Identifier: Apache-2.0 */
/* Reads files once, from beginning to end, in parts; a folder stands for its files. Calls block; one
 * thread. */
#ifndef SIDEWALK_INPUT_FILES_H
#define SIDEWALK_INPUT_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct input_files { /* free with input_files_fini() */
    char **paths;    /* owned */
    size_t count;
    unsigned long long bytes; /* of all files with a known size */
};

/* Adds a file, or the files of a folder sorted by name (hidden files and subfolders are skipped). "-" is
 * standard input. Returns false if it cannot be read or is empty; why names it and the system's error. */
bool input_files_add(struct input_files *files, const char *path, struct text *why)
    __attribute__((warn_unused_result));
void input_files_fini(struct input_files *files);

/* Calls part() with each part of the file until it returns false or the file ends. Returns false on an error,
 * with why as above. */
bool input_file_read(const char *path, bool (*part)(void *context, const char *bytes, size_t length),
                     void *context, struct text *why) __attribute__((warn_unused_result));

#endif
