/* SPDX-License-Identifier: Apache-2.0 */
/* Strict UTF-8 (RFC 3629), and which characters are safe to show to people. Pure functions, any thread. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the first character of length bytes. Returns its size in bytes (1..4), or 0 if it is invalid
 * (truncated, overlong, a surrogate, above U+10FFFF) or length is 0; *out is then untouched. */
size_t utf8_decode(const char *bytes, size_t length, uint32_t *out);

/* The length of the byte order mark (EF BB BF) that bytes begin with, 0 if there is none. */
size_t utf8_mark_length(const char *bytes, size_t length);

/* The number of characters; an invalid byte counts as one. */
size_t utf8_count(const char *bytes, size_t length);

bool utf8_is_valid(const char *bytes, size_t length);

/* Writes the character, terminated. It must be valid. */
void utf8_encode(uint32_t character, char out[5]);

/* Unicode white space, including line ends and tab. */
bool utf8_is_space(uint32_t character);

/* Characters that must not be repeated in messages: controls, bidirectional marks, zero-width and other
 * invisible characters, private use, unassigned specials, and combining marks, which would attach to the
 * character before them. */
bool utf8_is_hidden(uint32_t character);

#endif
