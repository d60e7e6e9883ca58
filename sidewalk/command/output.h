/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a file completely or not at all: it is written under a temporary name and renamed at the end. */
#ifndef SIDEWALK_COMMAND_OUTPUT_H
#define SIDEWALK_COMMAND_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
    FILE *file; /* NULL: not open */
    char *path, *temporary;
};

/* Returns false, with a line on standard error, if it cannot be created. */
bool output_open(struct output *output, const char *path) __attribute__((warn_unused_result));
/* Renames the file into place. Returns false, with a line on standard error, if it could not be written
 * completely; it is then removed. */
bool output_keep(struct output *output) __attribute__((warn_unused_result));
/* Removes the file unless it was kept. */
void output_fini(struct output *output);

#endif
