/* SPDX-License-Identifier: Apache-2.0 */
/* The code that is concealed in the box of a device. Who knows it has opened the box.
 *
 * Codes are typed by people, so they are compared in one form: capitals, without separators, and with the
 * letters that look like digits as these digits (Crockford's base32: O is 0; I and L are 1). The store keeps
 * only a keyed hash of that form and of the thing name: whoever reads the database or a backup without the
 * key can test no code, and one device's hash says nothing about another's.
 *
 * Pure functions, any thread. */
#ifndef OWNERSHIP_CODE_H
#define OWNERSHIP_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"

#define CODE_LENGTH_MAX 64
#define CODE_SIZE (CODE_LENGTH_MAX + 1)

/* The fewest bits that a code may have; ownership/guesses.h is made for them. */
#define CODE_BITS_MIN 40

enum code_error {
    CODE_OK,
    CODE_EMPTY,
    CODE_TOO_LONG,
    CODE_BAD_CHARACTER, /* neither a letter from A to Z, nor a digit, nor a separator */
    CODE_TOO_SHORT,     /* fewer than CODE_BITS_MIN bits */
};

/* A sentence about the error without the code, such as "it is too short: ...". */
const char *code_error_sentence(enum code_error error);

/* Writes the code in its one form. Spaces, dashes, full stops, colons, underscores, and invisible characters
 * separate. *out is untouched on error. */
enum code_error code_normalise(const char *typed, size_t length, char out[CODE_SIZE])
    __attribute__((warn_unused_result));

/* How many bits a random code of this form and length has at most: 5 for each character, or 3.3 if all are
 * digits. */
unsigned code_bits(const char *normalised);

/* ---- the key and the hash ---- */

#define CODE_KEY_MIN 32
#define CODE_KEY_MAX 256

struct code_key {
    unsigned char bytes[CODE_KEY_MAX];
    size_t length; /* 0: there is no key */
};

/* Takes the contents of a key's file: at least CODE_KEY_MIN bytes; a line end after them does not count.
 * False, and *out is untouched, if they are fewer or too many, or are all the same byte. */
bool code_key_read(const char *bytes, size_t length, struct code_key *out);

/* HMAC-SHA256 of the thing name and the code, as hex digits. */
void code_hash(const struct code_key *key, const char *thing_name, const char *normalised,
               char out[DIGEST_SIZE]);

/* ---- making codes ---- */

/* 11 random characters and one that checks them, in groups: "7K3M-9QXT-2A4D", 55 bits. */
#define CODE_MADE_SIZE 15

/* random: at least 11 bytes from base/random.h. False: this one would be all digits; try other bytes. */
bool code_make(const unsigned char random[11], char out[CODE_MADE_SIZE]);

/* Whether the last character of a code from code_make() fits the others. It detects every single wrong
 * character, and every two that changed places. */
bool code_check_fits(const char *normalised);

#endif
