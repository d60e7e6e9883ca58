/* SPDX-License-Identifier: Apache-2.0 */
/* Strict UTF-8 (RFC 3629) and what may be shown to people. Pure functions, any thread. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at bytes, of which length are there. Returns how many bytes it takes (1..4), or 0
 * when they are broken (truncated, overlong, a surrogate, above U+10FFFF) or length is 0; then *out is
 * untouched. */
size_t utf8_decode(const char *bytes, size_t length, uint32_t *out);

bool utf8_is_valid(const char *bytes, size_t length);

/* Writes the character, terminated. It must be a valid one. */
void utf8_encode(uint32_t character, char out[5]);

/* White space of Unicode, line ends and tab included. */
bool utf8_is_space(uint32_t character);

/* Characters that no message may repeat: controls, bidirectional marks, zero-width and other invisible ones,
 * private use, unassigned specials, and combining marks, which would cling to what stands before them. */
bool utf8_is_hidden(uint32_t character);

#endif
