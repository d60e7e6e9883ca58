/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, section 4) with padding. Decoding is strict: nothing but the alphabet, padding where it
 * belongs, and unused bits are zero, so that two different texts never mean the same bytes. Pure functions,
 * any thread. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* The room for the text of length bytes, with its terminator, and for the bytes of a text. */
#define BASE64_SIZE(length) (((length) + 2) / 3 * 4 + 1)
#define BASE64_ROOM(length) ((length) / 4 * 3)

/* Writes BASE64_SIZE(length) characters into out, the terminator included. */
void base64_encode(const unsigned char *bytes, size_t length, char *out);

/* Writes at most BASE64_ROOM(length) bytes into out and their number into *size. Returns false if text is
 * not base64; *size is then untouched and out is undefined. */
bool base64_decode(const char *text, size_t length, unsigned char *out, size_t *size);

/* Decodes the beginning of a longer text: length is a multiple of four, and padding is not allowed. Writes
 * BASE64_ROOM(length) bytes. */
bool base64_decode_groups(const char *text, size_t length, unsigned char *out);

/* The same without padding and with - and _ for + and / (RFC 4648, section 5), as tokens are written. Room as
 * above: out of base64url_decode() has BASE64_ROOM(length + 2) bytes. */
void base64url_encode(const unsigned char *bytes, size_t length, char *out);
bool base64url_decode(const char *text, size_t length, unsigned char *out, size_t *size);

#endif
