/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, section 4), strict: padded, nothing but its alphabet, and no bits that nothing says (so
 * that every change of a text is seen). Pure functions, any thread. */
#ifndef SIDEWALK_BASE64_H
#define SIDEWALK_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#define BASE64_ROOM(length) ((length) / 4 * 3)

/* Writes BASE64_ROOM(length) bytes at most into out, of which *size count. False: not base64; out holds
 * anything then, *size is untouched. */
bool base64_decode(const char *text, size_t length, unsigned char *out, size_t *size);

/* The start of a longer text: length is a multiple of four, and padding has no place in it. Writes
 * BASE64_ROOM(length) bytes. */
bool base64_decode_groups(const char *text, size_t length, unsigned char *out);

#endif
