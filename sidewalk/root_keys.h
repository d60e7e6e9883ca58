/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the public keys of Amazon's Sidewalk root, with which the roots of certificate chains are compared.
 * They are not built in. Their source is the Amazon Sidewalk SDK, or the manufacturing page of any
 * provisioned device: the values SID_PAL_MFG_STORE_AMZN_PUB_ED25519 and SID_PAL_MFG_STORE_AMZN_PUB_P256R1
 * (sid_pal_mfg_store). The file:
 *
 *   # a comment
 *   ed25519 0x01, 0x23, ...       32 bytes
 *   p256r1 0123...                64 bytes: x || y
 *
 * Bytes are two hex digits, with or without 0x, spaces, commas and colons between them. Blocks; any thread.
 */
#ifndef SIDEWALK_ROOT_KEYS_H
#define SIDEWALK_ROOT_KEYS_H

#include <stdbool.h>

#include "base/text.h"
#include "sidewalk/certificate_chain.h"

struct root_keys {
    struct chain_root keys[CHAIN_P256 + 1];
};

/* False with a sentence: the file cannot be read, or is not of this form. Then *out is untouched. */
bool root_keys_read(const char *path, struct root_keys *out, struct text *why)
    __attribute__((warn_unused_result));

/* The same for a text; name stands for it in the sentence. */
bool root_keys_parse(const char *name, const char *text, size_t length, struct root_keys *out,
                     struct text *why) __attribute__((warn_unused_result));

#endif
