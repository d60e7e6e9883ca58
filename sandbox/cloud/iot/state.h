/* SPDX-License-Identifier: Apache-2.0 */
/* What the control plane of AWS IoT knows. Guarded by the cloud's lock; kept in iot.json, which the OEM
 * account's broker reads: only this writes it, in one step. */
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
    const char *endpoint; /* borrowed; NULL: one that nobody answers at */
    bool unwritten;       /* what changed is not in the file yet: see iot_flush() */
};

/* issuer: "CERTIFICATE,KEY", two files, or NULL: an authority that is made in the folder. False with a
 * sentence in *why when it cannot be used. */
bool iot_open(struct iot *iot, const char *folder, const char *issuer, const char *endpoint,
              struct text *why);
void iot_close(struct iot *iot); /* flushes */
/* A change is in the file when it is answered, but in an account of hundreds of certificates, where that
 * would cost more than the change: there this brings it in, a few times a second. */
void iot_flush(struct iot *iot);

#endif
