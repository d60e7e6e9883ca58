/* SPDX-License-Identifier: Apache-2.0 */
/* A throw-away HSM as a Sidewalk factory has one: the keys of Amazon, Sidewalk, a manufacturer, a product and
 * its device attestation key (DAK), and the certificates over them, on both curves. It gives devices their
 * serial numbers and certificate chains (the form is in sidewalk/certificate_chain.h). All keys come from the
 * seed, and so does everything but the ECDSA signatures, which have random numbers in them. Aborts where
 * OpenSSL fails: it is a tool for tests. */
#ifndef SANDBOX_SIDEWALK_HSM_H
#define SANDBOX_SIDEWALK_HSM_H

#include <stdbool.h>

#include "sidewalk/smsn.h"

/* In base64, terminated: 160 + 5 * 132 bytes and 128 + 5 * 100. */
#define SIDEWALK_P256_SIZE 1097
#define SIDEWALK_ED25519_SIZE 841

struct sidewalk_device {
    char smsn[SMSN_HEX_SIZE]; /* lower case */
    char p256[SIDEWALK_P256_SIZE], ed25519[SIDEWALK_ED25519_SIZE];
};

/* Immutable: any thread. one_key: all devices have the same pair of keys, which halves the work; their
 * certificates are signed all the same. */
struct sidewalk_hsm;
struct sidewalk_hsm *sidewalk_hsm_new(const char *seed, const char *apid, bool one_key);
/* NULL is fine. */
void sidewalk_hsm_free(struct sidewalk_hsm *hsm);

/* One thread's way to its DAK. hsm is borrowed. */
struct sidewalk_signer;
struct sidewalk_signer *sidewalk_signer_new(const struct sidewalk_hsm *hsm);
void sidewalk_signer_free(struct sidewalk_signer *signer);

/* The device of that number: always the same one for a seed and an ApId. */
void sidewalk_signer_make(struct sidewalk_signer *signer, unsigned long long number,
                          struct sidewalk_device *out);

#endif
