/* SPDX-License-Identifier: Apache-2.0 */
/* Registers the certificates of thousands of devices with enrolment_batch_run(). Each device ends as
 * registered, already there, duplicate or failed with a reason; no failure stops the others. Devices that the
 * result file has as done are skipped. Several are registered at the same time, below the limits of AWS
 * (call_pace.h), and recorded in the order of the source. Call from one thread; blocks. */
#ifndef ACCOUNT_ENROLMENT_ENROLMENT_BATCH_H
#define ACCOUNT_ENROLMENT_ENROLMENT_BATCH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "account/enrolment/enrolment.h"
#include "account/enrolment/enrolment_source.h"
#include "account/enrolment/results.h"

struct enrolment_batch_counts {
    unsigned long long devices; /* seen so far: sum of the following without passed */
    unsigned long long registered, there, before, duplicates, failed;
    unsigned long long passed,
        keys; /* skipped as not devices: authorities, signing requests, keys; keys: the keys among them */
};

struct enrolment_batch_options { /* all borrowed */
    struct enroller *enroller;
    struct enrolment_source *source;
    struct enrolment_results *results;
    const char
        *name_field; /* "CommonName" or "SerialNumber": used when the list names no thing; NULL: each tells */
    double rate;     /* maximum devices per second; 0: CALL_PACE_USUAL */
    bool dry_run;    /* do all but call AWS and write results */
    const atomic_int *interrupted; /* may be NULL */
    /* Reports a duplicate or failure, for people. */
    void (*report)(void *context, const struct enrolment_row *row);
    void (*progress)(void *context, const struct enrolment_batch_counts *counts); /* after each device */
    void *context;
};

enum enrolment_batch_end {
    ENROLMENT_BATCH_DONE, /* finished; see counts */
    ENROLMENT_BATCH_INTERRUPTED,
    ENROLMENT_BATCH_UNREADABLE, /* reading the source failed */
    ENROLMENT_BATCH_UNWRITABLE, /* the result file cannot be written */
    ENROLMENT_BATCH_STOPPED,    /* AWS does not answer, or denies access: see *error */
};

/* why: a sentence, except for DONE and INTERRUPTED. In every case the result file has all that was done. */
enum enrolment_batch_end enrolment_batch_run(const struct enrolment_batch_options *options,
                                             struct enrolment_batch_counts *counts, enum aws_error *error,
                                             struct text *why);

#endif
