/* SPDX-License-Identifier: Apache-2.0 */
/* The result file of a batch: a CSV with one row per device, which a batch appends to and resumes from. When
 * enrolment_results_add() returns, the row survives a killed process; enrolment_results_sync() writes all
 * rows to disk. Half a row at the end, left by a machine that stopped, is removed. One batch at a time can
 * open a file. One thread. */
#ifndef ACCOUNT_ENROLMENT_RESULTS_H
#define ACCOUNT_ENROLMENT_RESULTS_H

#include <stdbool.h>

#include "base/text.h"

struct enrolment_target { /* what the devices are registered with; borrowed, "" for none */
    const char *account, *region, *policy, *thing_type;
    const char *thing_groups; /* separated by spaces */
};

struct enrolment_row { /* borrowed */
    const char *place, *thing, *certificate_id;
    const char *result; /* "registered", "there", "duplicate", "failed" */
    const char *why;
};

struct enrolment_results;

/* Creates a missing file; with only_read it counts as empty instead, and nothing is written. NULL with a
 * sentence: not a result file, of another target, in use by another batch, or a system error. */
struct enrolment_results *enrolment_results_open(const char *path, const struct enrolment_target *target,
                                                 bool only_read, struct text *why);
/* Writes all rows to disk first; call enrolment_results_sync() before to see errors. NULL is fine. */
void enrolment_results_close(struct enrolment_results *results);

/* The thing that a certificate is already registered with, or NULL. Borrowed. */
const char *enrolment_results_thing(const struct enrolment_results *results, const char *certificate_id);
/* Adds a row unless the same row exists. False with a sentence: writing failed; the file is unchanged. */
bool enrolment_results_add(struct enrolment_results *results, const struct enrolment_row *row,
                           struct text *why);
bool enrolment_results_sync(struct enrolment_results *results, struct text *why);

#endif
