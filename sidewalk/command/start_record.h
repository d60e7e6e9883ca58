/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a start, real or dry: lines for people meanwhile, one JSON object for programs. */
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
    unsigned long long bytes; /* length of the list */
    struct text url;
    struct batch_profile profile;              /* if one was given */
    char *id, *arn;                            /* of the task; owned; NULL: none */
    const char *forced;                        /* the reason if --force was needed; borrowed; else NULL */
    struct aws_pair tags[IMPORT_TAGS_MAX + 2]; /* including START_FORCED_TAG; strings are borrowed */
    bool before;                               /* the task existed before */
    struct import_task task;                   /* its current state; its id is NULL if that is unknown */
};
void start_record_fini(struct start_record *record);

/* Print lines for people; nothing with --json. */
void start_record_tell(const struct start_record *record, const char *what, const char *words);
void start_record_tell_check(const struct start_record *record);
void start_record_tell_profile(const struct start_record *record);
void start_record_tell_upload(const struct start_record *record);

/* Prints the end: what to do next, or the whole record as JSON. result: "started", "started_before",
 * "refused", "dry_run", "failed". */
void start_record_end(const struct start_record *record, const char *result);

#endif
