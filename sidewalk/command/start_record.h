/* SPDX-License-Identifier: Apache-2.0 */
/* What a start did, or would do: lines while it goes on, and one record for programs. */
#ifndef SIDEWALK_COMMAND_START_RECORD_H
#define SIDEWALK_COMMAND_START_RECORD_H

#include <stdbool.h>

#include "sidewalk/command/batch_profile.h"
#include "sidewalk/command/start_arguments.h"
#include "sidewalk/import_task.h"
#include "sidewalk/reconciliation.h"

struct start_record {
    const struct start_arguments *arguments;
    struct reconciliation check;
    char sha256[65], token[65];
    unsigned long long bytes; /* of the list */
    struct text url;
    struct batch_profile profile;              /* where one was named */
    char *id, *arn;                            /* of the task, owned; NULL: none */
    const char *forced;                        /* the reason, where force was needed; borrowed */
    struct aws_pair tags[IMPORT_TAGS_MAX + 2]; /* with that one; texts borrowed */
    bool before;                               /* the task was there before */
    struct import_task task;                   /* as it is now; id is NULL where that is not known */
};
void start_record_fini(struct start_record *record);

/* Lines for people, nothing with --json. */
void start_record_tell_check(const struct start_record *record);
void start_record_tell_profile(const struct start_record *record);
void start_record_tell_upload(const struct start_record *record);

/* The end: what to do next, or the whole record as JSON. result: "started", "started_before", "refused",
 * "dry_run", "failed". */
void start_record_end(const struct start_record *record, const char *result);

#endif
