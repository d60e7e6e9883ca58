/* SPDX-License-Identifier: Apache-2.0 */
/* Converts bytes to hex digits and back. Pure functions, any thread. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* Writes lower-case digits, terminated: out has 2 * length + 1 bytes. */
void hex_encode(const unsigned char *bytes, size_t length, char *out);
/* The value 0 to 15 of a digit in either case, -1 for any other character. */
int hex_value(char character);
/* Reads length bytes from 2 * length digits in either case. Returns false if one is not a digit; out is then
 * undefined. */
bool hex_decode(const char *digits, size_t length, unsigned char *out);

#endif
