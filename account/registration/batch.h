/* SPDX-License-Identifier: Apache-2.0 */
/* Registering the certificates of thousands of devices: each one is registered, found to be there, told as a
 * duplicate, or told as failed with why, and none of these stops the others. What the result file says is
 * done is not done again. One thread; blocks. */
#ifndef ACCOUNT_REGISTRATION_BATCH_H
#define ACCOUNT_REGISTRATION_BATCH_H

#include <signal.h>
#include <stdbool.h>

#include "account/registration/registration.h"
#include "account/registration/results.h"
#include "account/registration/source.h"

struct registration_batch_counts {
    unsigned long long devices; /* seen so far: all of the following but passed */
    unsigned long long registered, there, before, duplicates, failed;
    unsigned long long passed, keys; /* no devices: authorities, signing requests, keys; keys of these */
};

struct registration_batch_options { /* all borrowed */
    struct registrar *registrar;
    struct registration_source *source;
    struct registration_results *results;
    const char *name_field; /* "CommonName" or "SerialNumber": where the list names no thing */
    double rate;            /* devices a second, at most; 0: as AWS answers */
    bool dry_run;           /* all but asking AWS and writing results */
    const volatile sig_atomic_t *interrupted; /* may be NULL */
    /* A duplicate or failure, for people. */
    void (*tell)(void *context, const struct registration_row *row);
    void (*progress)(void *context, const struct registration_batch_counts *counts); /* after each device */
    void *context;
};

enum registration_batch_end {
    REGISTRATION_BATCH_DONE, /* to the end; counts say how */
    REGISTRATION_BATCH_INTERRUPTED,
    REGISTRATION_BATCH_UNREADABLE, /* the source broke off */
    REGISTRATION_BATCH_UNWRITABLE, /* the result file cannot be written */
    REGISTRATION_BATCH_STOPPED,    /* AWS does not answer, or does not allow it: *error says which */
};

/* why: a sentence unless it is DONE or INTERRUPTED. Also then the result file has all that was done. */
enum registration_batch_end registration_batch_run(const struct registration_batch_options *options,
                                                   struct registration_batch_counts *counts,
                                                   enum aws_error *error, struct text *why);

#endif
