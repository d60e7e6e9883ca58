/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the certificates of a batch from a folder of PEM files, one file with many, or a CSV. Each
 * certificate that is not an authority is a device; authorities, keys and signing requests are skipped. An
 * unreadable item does not affect the others. Blocks; one thread. */
#ifndef ACCOUNT_ENROLMENT_ENROLMENT_SOURCE_H
#define ACCOUNT_ENROLMENT_ENROLMENT_SOURCE_H

#include <stdbool.h>

#include "account/enrolment/device.h"
#include "base/text.h"

enum enrolment_kind {
    ENROLMENT_FOLDER, /* its files .pem, .crt, .cer and .cert, by their names */
    ENROLMENT_LIST,   /* .csv or .tsv: certificate (PEM, or a file beside the list), thing name */
    ENROLMENT_BUNDLE, /* any other file: certificates one after the other */
};

struct enrolment_source {
    const char *path; /* borrowed */
    enum enrolment_kind kind;
    unsigned long long bytes_all, bytes_done; /* of the input; 0: not known */
};

/* False with a sentence: missing, unreadable, or an empty folder. */
bool enrolment_source_open(const char *path, struct enrolment_source *out, struct text *why);
/* False with a sentence: reading failed, or no column of a list is called certificate. */
bool enrolment_source_read(struct enrolment_source *source, const struct enrolment_source_events *events,
                           struct text *why);

#endif
