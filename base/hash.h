/* SPDX-License-Identifier: Apache-2.0 */
/* FNV-1a, 64 bits, to detect changes (ETags) and to compare data. Not for security. Any thread. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 14695981039346656037ull

/* Continues from `hash`, HASH_START at first: hashing in pieces gives the hash of the whole. */
static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * 1099511628211ull;
    return hash;
}

#endif
