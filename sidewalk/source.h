/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are read once, from the beginning to the end, in parts; folders stand for what is in them.
 * Blocks; one thread. */
#ifndef SIDEWALK_SOURCE_H
#define SIDEWALK_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct sources {  /* finished with sources_fini() */
    char **paths; /* owned */
    size_t count;
    unsigned long long bytes; /* of all that have a size */
};

/* Adds a file, or the files of a folder sorted by their names (hidden ones and folders in it are passed
 * over). "-" is standard input. False: it cannot be read, or there is nothing in it; why says which and what
 * the system says. */
bool sources_add(struct sources *sources, const char *path, struct text *why)
    __attribute__((warn_unused_result));
void sources_fini(struct sources *sources);

/* Calls part() with what is there, until it returns false or the file ends. False: as above. */
bool source_read(const char *path, bool (*part)(void *context, const char *bytes, size_t length),
                 void *context, struct text *why) __attribute__((warn_unused_result));

#endif
