/* SPDX-License-Identifier: Apache-2.0 */
/* Reads files once, from beginning to end, in parts; a folder stands for its files. Calls block; one
 * thread. */
#ifndef SIDEWALK_SOURCE_H
#define SIDEWALK_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct sources {  /* free with sources_fini() */
    char **paths; /* owned */
    size_t count;
    unsigned long long bytes; /* of all files with a known size */
};

/* Adds a file, or the files of a folder sorted by name (hidden files and subfolders are skipped). "-" is
 * standard input. Returns false if it cannot be read or is empty; why names it and the system's error. */
bool sources_add(struct sources *sources, const char *path, struct text *why)
    __attribute__((warn_unused_result));
void sources_fini(struct sources *sources);

/* Calls part() with each part of the file until it returns false or the file ends. Returns false on an error,
 * with why as above. */
bool source_read(const char *path, bool (*part)(void *context, const char *bytes, size_t length),
                 void *context, struct text *why) __attribute__((warn_unused_result));

#endif
