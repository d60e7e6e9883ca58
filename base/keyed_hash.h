/* SPDX-License-Identifier: Apache-2.0 */
/* SipHash-2-4 (Aumasson and Bernstein 2012): whoever does not know the key cannot choose texts with equal
 * hashes. For tables whose keys come from strangers. Any thread. */
#ifndef BASE_KEYED_HASH_H
#define BASE_KEYED_HASH_H

#include <stddef.h>
#include <stdint.h>

struct keyed_hash_key {
    uint64_t words[2]; /* random; the same as long as hashes are compared */
};

uint64_t keyed_hash(const struct keyed_hash_key *key, const void *bytes, size_t length);

#endif
