/* SPDX-License-Identifier: Apache-2.0 */
/* A throw-away HSM of a simulated Sidewalk factory: the keys of Amazon, Sidewalk, a manufacturer, a product
 * and its device attestation key (DAK), and their certificates, on both curves. It makes devices' serial
 * numbers and certificate chains (the format is in sidewalk/certificate_chain.h). Everything comes from the
 * seed, except ECDSA signatures, which contain random numbers. Aborts if OpenSSL fails: it is a tool for
 * tests. */
#ifndef SANDBOX_SIDEWALK_HSM_H
#define SANDBOX_SIDEWALK_HSM_H

#include <stdbool.h>

#include "base/base64.h"
#include "sidewalk/smsn.h"

/* Base64, terminated: 160 + 5 * 132 bytes and 128 + 5 * 100 bytes. */
#define SIDEWALK_P256_SIZE BASE64_SIZE(820)
#define SIDEWALK_ED25519_SIZE BASE64_SIZE(628)

struct sidewalk_device {
    char smsn[SMSN_HEX_SIZE]; /* lower case */
    char p256[SIDEWALK_P256_SIZE], ed25519[SIDEWALK_ED25519_SIZE];
};

/* Immutable: any thread. one_key: all devices have the same keys, which halves the work; their certificates
 * are still signed. */
struct sidewalk_hsm;
struct sidewalk_hsm *sidewalk_hsm_new(const char *seed, const char *apid, bool one_key);
/* NULL is allowed. */
void sidewalk_hsm_free(struct sidewalk_hsm *hsm);

/* A signer with the HSM's DAK. One thread. hsm is borrowed. */
struct sidewalk_signer;
struct sidewalk_signer *sidewalk_signer_new(const struct sidewalk_hsm *hsm);
void sidewalk_signer_free(struct sidewalk_signer *signer);

/* Makes the device with that number: always the same for a seed and an ApId. */
void sidewalk_signer_make(struct sidewalk_signer *signer, unsigned long long number,
                          struct sidewalk_device *out);

#endif
