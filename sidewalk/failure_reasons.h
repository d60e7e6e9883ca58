/* SPDX-License-Identifier: Apache-2.0 */
/* Why devices of an import failed, counted. One thread at a time. */
#ifndef SIDEWALK_FAILURE_REASONS_H
#define SIDEWALK_FAILURE_REASONS_H

#include "sidewalk/import_task.h"

#define FAILURE_REASONS_MAX 100 /* different ones; others are counted together */

struct failure_reason {
    char *words; /* owned; AWS's own, "" where it gives none */
    unsigned long long count;
};

struct failure_reasons { /* the most frequent first, after failure_reasons_sort() */
    struct failure_reason reasons[FAILURE_REASONS_MAX];
    size_t count;
    unsigned long long others, devices;
};
void failure_reasons_fini(struct failure_reasons *reasons);

void failure_reasons_add(struct failure_reasons *reasons, const char *words);
void failure_reasons_sort(struct failure_reasons *reasons);

/* Asks for all failed devices of a task, and sorts. out begins as all zero; after an error it has what came
 * before it. */
enum aws_error failure_reasons_ask(struct aws_session *session, const char *id, struct failure_reasons *out,
                                   struct text *why) __attribute__((warn_unused_result));

#endif
