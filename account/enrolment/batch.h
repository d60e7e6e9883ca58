/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolling the certificates of thousands of devices: each one is registered, found to be there, told as a
 * duplicate, or told as failed with why, and none of these stops the others. What the result file says is
 * done is not done again. One thread; blocks. */
#ifndef ACCOUNT_ENROLMENT_BATCH_H
#define ACCOUNT_ENROLMENT_BATCH_H

#include <signal.h>
#include <stdbool.h>

#include "account/enrolment/enrolment.h"
#include "account/enrolment/results.h"
#include "account/enrolment/source.h"

struct enrolment_batch_counts {
    unsigned long long devices; /* seen so far: all of the following but passed */
    unsigned long long registered, there, before, duplicates, failed;
    unsigned long long passed, keys; /* no devices: authorities, signing requests, keys; keys of these */
};

struct enrolment_batch_options { /* all borrowed */
    struct enroller *enroller;
    struct enrolment_source *source;
    struct enrolment_results *results;
    const char *name_field; /* "CommonName" or "SerialNumber": where the list names no thing */
    double rate;            /* devices a second, at most; 0: as AWS answers */
    bool dry_run;           /* all but asking AWS and writing results */
    const volatile sig_atomic_t *interrupted; /* may be NULL */
    /* A duplicate or failure, for people. */
    void (*tell)(void *context, const struct enrolment_row *row);
    void (*progress)(void *context, const struct enrolment_batch_counts *counts); /* after each device */
    void *context;
};

enum enrolment_batch_end {
    ENROLMENT_BATCH_DONE, /* to the end; counts say how */
    ENROLMENT_BATCH_INTERRUPTED,
    ENROLMENT_BATCH_UNREADABLE, /* the source broke off */
    ENROLMENT_BATCH_UNWRITABLE, /* the result file cannot be written */
    ENROLMENT_BATCH_STOPPED,    /* AWS does not answer, or does not allow it: *error says which */
};

/* why: a sentence unless it is DONE or INTERRUPTED. Also then the result file has all that was done. */
enum enrolment_batch_end enrolment_batch_run(const struct enrolment_batch_options *options,
                                             struct enrolment_batch_counts *counts, enum aws_error *error,
                                             struct text *why);

#endif
