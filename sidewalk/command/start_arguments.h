/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of sidewalk-import start. */
#ifndef SIDEWALK_COMMAND_START_ARGUMENTS_H
#define SIDEWALK_COMMAND_START_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "sidewalk/command/common.h"
#include "sidewalk/import_limits.h"

#define START_FORCED_TAG "expresslink:forced"

struct start_arguments { /* borrowed from the command line; free with start_arguments_fini() */
    struct common common;
    const char *csv, *s3, *destination, *role, *profile, *apid, *force;
    const char **logs; /* array owned, its strings borrowed */
    size_t log_count;
    struct aws_pair
        tags[IMPORT_TAGS_MAX + 2]; /* ends with a NULL name; names are owned; has room for START_FORCED_TAG */
    size_t tag_count;
    const char *positioning, *positioning_destination; /* as import_request has them */
    const char *create_destination;                    /* the topic of a new one; NULL: do not make it */
    const char *root;
    struct root_keys roots; /* of that file; read by start */
    bool again, dry_run, allow_test, create_role;
};

/* Returns less than 0 to continue, otherwise the exit status. Checks all limits except those of the file's
 * address. */
int start_arguments_parse(int count, char **values, struct start_arguments *out);
void start_arguments_fini(struct start_arguments *arguments);

#endif
