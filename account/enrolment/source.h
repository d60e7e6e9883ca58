/* SPDX-License-Identifier: Apache-2.0 */
/* Where the certificates of a batch come from: a folder of PEM files, one file with many, or a CSV. Each
 * certificate that is no authority is a device; authorities of a chain are passed over, as are keys and
 * signing requests. What cannot be read costs nothing but itself. Blocks; one thread. */
#ifndef ACCOUNT_ENROLMENT_SOURCE_H
#define ACCOUNT_ENROLMENT_SOURCE_H

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
    unsigned long long bytes_all, bytes_done; /* of what is read; 0: not known */
};

/* False with a sentence: it is not there, cannot be read, or is an empty folder. */
bool enrolment_source_open(const char *path, struct enrolment_source *out, struct text *why);
/* False with a sentence where reading broke off. A list whose titles have no certificate is refused so, too.
 */
bool enrolment_source_read(struct enrolment_source *source, const struct enrolment_source_events *events,
                           struct text *why);

#endif
