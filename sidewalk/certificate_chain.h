/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a device's Sidewalk certificate chain from a control log: base64 of certificates in a row, the
 * device's first, the root's last (as Amazon's Sidewalk signing tool writes it):
 *
 *   certificate = serial || public key || signature
 *   serial      = 32 bytes for the device: its SMSN. Otherwise 4 bytes; or, if the highest four bits of the
 *                 fourth byte are 1011, ((bytes 3 and 4 as a little-endian number) & 0x7f) + 2 bytes
 *   public key  = 32 bytes (Ed25519), or 64: x || y (P-256)
 *   signature   = 64 bytes over public key || serial, by the next certificate's key, the root's by its own;
 *                 on P-256: ECDSA with SHA-256, r || s
 *
 * There are six certificates (device, DAK, product, manufacturer, Sidewalk, Amazon), or four in old chains
 * (device, model, manufacturer, Amazon). All certificates above the device's are the same for all devices of
 * a product and are verified once. */
#ifndef SIDEWALK_CERTIFICATE_CHAIN_H
#define SIDEWALK_CERTIFICATE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sidewalk/smsn.h"

enum chain_curve { CHAIN_ED25519, CHAIN_P256 };

enum chain_problem {
    CHAIN_SOUND,
    CHAIN_NOT_BASE64,
    CHAIN_BAD_LENGTH,           /* not the length of four or six certificates */
    CHAIN_BAD_AUTHORITY,        /* a signature above the device is not valid */
    CHAIN_BAD_DEVICE_SIGNATURE, /* only with verify_device */
    CHAIN_OTHER_ROOT,           /* everything holds, but another root than chain_verifier_trust() has */
};
const char *chain_problem_words(enum chain_problem problem);

/* Remembers the authorities that it verified last. One thread at a time. */
struct chain_verifier;
struct chain_verifier *chain_verifier_new(void);
void chain_verifier_free(struct chain_verifier *verifier);

#define CHAIN_KEY_MAX 64

struct chain_root { /* a public key: 32 bytes of Ed25519, or 64 of P-256 (x || y) */
    bool known;
    unsigned char bytes[CHAIN_KEY_MAX];
};
/* Chains of this curve must end in this root; without it, in any that signs itself. Call before chain_read().
 * */
void chain_verifier_trust(struct chain_verifier *verifier, enum chain_curve curve,
                          const struct chain_root *root);

struct chain_reading {
    struct smsn device;
    uint64_t fingerprint; /* of the whole chain: only to compare chains, not for security */
};

/* base64: length characters. Always verifies the authorities' signatures (once per different set), the
 * device's only with verify_device. The caller checks that the device is the right one. Fills out if the
 * chain has a valid length (not with CHAIN_NOT_BASE64 and CHAIN_BAD_LENGTH). */
enum chain_problem chain_read(struct chain_verifier *verifier, enum chain_curve curve, const char *base64,
                              size_t length, bool verify_device, struct chain_reading *out);

#endif
