/* SPDX-License-Identifier: Apache-2.0 */
/* What became of each device of a batch: a CSV that a batch appends to and goes on from. A row is in the
 * file, though maybe not on the disk, when enrolment_results_add() returns, so that a process that is
 * killed loses none; enrolment_results_sync() brings all of them to the disk. Half a row at the end, of a
 * machine that stopped, is cut off. One batch at a time may have it. One thread. */
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

/* Makes the file where it is missing; with only_read it is then as if it was there and empty, and nothing is
 * ever written. NULL with a sentence: it is no such file, belongs to another target, another batch has it, or
 * what the system says. */
struct enrolment_results *enrolment_results_open(const char *path, const struct enrolment_target *target,
                                                 bool only_read, struct text *why);
/* Everything is on the disk before; what could not be is for enrolment_results_sync() to say. NULL is
 * fine. */
void enrolment_results_close(struct enrolment_results *results);

/* The thing that a certificate is registered with already, or NULL. Borrowed. */
const char *enrolment_results_thing(const struct enrolment_results *results, const char *certificate_id);
/* A row that says the same as one that is there is not added again. False with a sentence: it cannot be
 * written; the file is as before. */
bool enrolment_results_add(struct enrolment_results *results, const struct enrolment_row *row,
                           struct text *why);
bool enrolment_results_sync(struct enrolment_results *results, struct text *why);

#endif
