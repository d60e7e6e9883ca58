/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is there as a whole or not at all: it is written beside its place and moved there at the end.
 */
#ifndef SIDEWALK_COMMAND_OUTPUT_H
#define SIDEWALK_COMMAND_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
    FILE *file; /* NULL: not open */
    char *path, *temporary;
};

/* False, with a line on standard error, where it cannot be made. */
bool output_open(struct output *output, const char *path) __attribute__((warn_unused_result));
/* Puts it into its place. False, with a line on standard error, where not all could be written; nothing stays
 * then. */
bool output_keep(struct output *output) __attribute__((warn_unused_result));
/* Whatever has not been kept is removed. */
void output_fini(struct output *output);

#endif
