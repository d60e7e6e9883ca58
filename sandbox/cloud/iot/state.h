/* SPDX-License-Identifier: Apache-2.0 */
/* The state of AWS IoT's control plane. Guarded by the cloud's lock; kept in iot.json, which the OEM
 * account's broker reads. Only this module writes the file, and replaces it atomically. */
#ifndef SANDBOX_CLOUD_IOT_STATE_H
#define SANDBOX_CLOUD_IOT_STATE_H

#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"
#include "sandbox/cloud/x509.h"

struct iot {
    char *path; /* owned */
    cJSON *all; /* owned: an object of sections, each an object of entries by name or id */
    struct x509_issuer *issuer;
    const char *endpoint; /* borrowed; NULL: an address without a server */
    bool unwritten;       /* there are changes that are not in the file: see iot_flush() */
};

/* issuer: "CERTIFICATE,KEY", two files, or NULL: a CA is created in the folder. Returns false with a sentence
 * in *why if it cannot be used. */
bool iot_open(struct iot *iot, const char *folder, const char *issuer, const char *endpoint,
              struct text *why);
void iot_close(struct iot *iot); /* flushes first */
/* A change is usually in the file before the call is answered. In an account with hundreds of certificates
 * that would take longer than the change, so this writes the file, a few times a second. */
void iot_flush(struct iot *iot);

#endif
