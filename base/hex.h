/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as hex digits, and back. Pure functions, any thread. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* Two lower-case digits a byte, terminated: out has 2 * length + 1 bytes. */
void hex_encode(const unsigned char *bytes, size_t length, char *out);
/* 0 to 15 for a digit in any case, -1 for any other character. */
int hex_value(char character);
/* length bytes from 2 * length digits in any case. False: one is no digit, and out holds anything. */
bool hex_decode(const char *digits, size_t length, unsigned char *out);

#endif
