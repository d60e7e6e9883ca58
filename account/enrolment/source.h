/* SPDX-License-Identifier: Apache-2.0 */
/* Where the certificates of a batch come from: a folder of PEM files, one file with many, or a CSV. Each
 * certificate that is no authority is a device; authorities of a chain are passed over, as are keys and
 * signing requests. What cannot be read costs nothing but itself. Blocks; one thread. */
#ifndef ACCOUNT_ENROLMENT_SOURCE_H
#define ACCOUNT_ENROLMENT_SOURCE_H

#include <stdbool.h>

#include "account/keys/certificate.h"
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

struct enrolment_device { /* borrowed for the call */
    const char *place;    /* "devices.csv:17", "births/0001.pem", "all.pem:4023" */
    const struct certificate *certificate;
    const char *thing; /* the list's name for it; "": none */
};

struct enrolment_source_events {
    void *context;
    void (*device)(void *context, const struct enrolment_device *device);
    /* Something that is no certificate, or a row that is not as it should be. */
    void (*bad)(void *context, const char *place, const char *why);
    /* what: "an authority", "a private key", "a signing request". */
    void (*passed)(void *context, const char *place, const char *what);
    bool (*stop)(void *context); /* asked between devices: true, and the reading ends */
};

/* False with a sentence: it is not there, cannot be read, or is an empty folder. */
bool enrolment_source_open(const char *path, struct enrolment_source *out, struct text *why);
/* False with a sentence where reading broke off. A list whose titles have no certificate is refused so, too.
 */
bool enrolment_source_read(struct enrolment_source *source, const struct enrolment_source_events *events,
                           struct text *why);

#endif
