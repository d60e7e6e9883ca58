/* SPDX-License-Identifier: Apache-2.0 */
#include "base/keyed_hash.h"

#define ROUNDS 2
#define LAST_ROUNDS 4

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

/* Half of a round: adds, rotates and mixes two pairs of words; the halves differ in how far they rotate. */
static void half_round(uint64_t v[4], unsigned left, unsigned right)
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], left) ^ v[0];
    v[3] = rotate(v[3], right) ^ v[2];
    v[0] = rotate(v[0], 32);
}

static void mix(uint64_t v[4], unsigned rounds)
{
    while (rounds--) {
        half_round(v, 13, 16);
        /* The second half is the first with v[0] and v[2] exchanged. */
        uint64_t first = v[0];
        v[0] = v[2];
        v[2] = first;
        half_round(v, 17, 21);
        first = v[0];
        v[0] = v[2];
        v[2] = first;
    }
}

static void take_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v, ROUNDS);
    v[0] ^= word;
}

/* Up to eight bytes, the first one lowest. */
static uint64_t load(const unsigned char *bytes, size_t length)
{
    uint64_t word = 0;

    for (size_t i = 0; i < length; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

uint64_t keyed_hash(const struct keyed_hash_key *key, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t v[4] = {
        key->words[0] ^ 0x736f6d6570736575ULL,
        key->words[1] ^ 0x646f72616e646f6dULL,
        key->words[0] ^ 0x6c7967656e657261ULL,
        key->words[1] ^ 0x7465646279746573ULL,
    };

    for (size_t i = 0; i < length / 8; i++)
        take_word(v, load(at + 8 * i, 8));
    take_word(v, (uint64_t)(length & 0xff) << 56 | load(at + length / 8 * 8, length % 8));
    v[2] ^= 0xff;
    mix(v, LAST_ROUNDS);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
