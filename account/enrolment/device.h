/* SPDX-License-Identifier: Apache-2.0 */
/* Events from reading the certificates of a batch, one device at a time. */
#ifndef ACCOUNT_ENROLMENT_DEVICE_H
#define ACCOUNT_ENROLMENT_DEVICE_H

#include <stdbool.h>

#include "account/keys/certificate.h"

struct enrolment_device { /* borrowed for the call */
    const char *place;    /* "devices.csv:17", "births/0001.pem", "all.pem:4023" */
    const struct certificate *certificate;
    const char *thing; /* its name in the list; "": none */
};

struct enrolment_source_events {
    void *context;
    void (*device)(void *context, const struct enrolment_device *device);
    /* Something that is not a certificate, or an invalid row. */
    void (*bad)(void *context, const char *place, const char *why);
    /* what: "an authority", "a private key", "a signing request". */
    void (*passed)(void *context, const char *place, const char *what);
    bool (*stop)(void *context); /* called between devices; true: stop reading */
};

#endif
