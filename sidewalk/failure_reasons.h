/* SPDX-License-Identifier: Apache-2.0 */
/* Counts why devices of an import failed. One thread at a time. */
#ifndef SIDEWALK_FAILURE_REASONS_H
#define SIDEWALK_FAILURE_REASONS_H

#include "sidewalk/import_task.h"

#define FAILURE_REASONS_MAX 100 /* different reasons; all others are counted together */

struct failure_reason {
    char *words; /* owned; AWS's text, "" if AWS gives none */
    unsigned long long count;
};

struct failure_reasons { /* sorted by count after failure_reasons_sort(), the largest first */
    struct failure_reason reasons[FAILURE_REASONS_MAX];
    size_t count;
    unsigned long long others, devices;
};
void failure_reasons_fini(struct failure_reasons *reasons);

void failure_reasons_add(struct failure_reasons *reasons, const char *words);
void failure_reasons_sort(struct failure_reasons *reasons);

/* Reads all failed devices of a task from AWS and sorts the reasons. out must be zeroed before; after an
 * error it has the devices read so far. */
enum aws_error failure_reasons_ask(struct aws_session *session, const char *id, struct failure_reasons *out,
                                   struct text *why) __attribute__((warn_unused_result));

#endif
