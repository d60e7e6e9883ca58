/* SPDX-License-Identifier: Apache-2.0 */
/* Parses numbers that people and programs write: the whole text, within bounds, or nothing. Any thread. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>

/* 1 to 18 decimal digits, a minus sign before them or not. No space, no plus sign, no other base. Returns
 * false if text is anything else or not within least to most; *out is then untouched. */
bool number_parse(const char *text, long long least, long long most, long long *out)
    __attribute__((warn_unused_result));
/* The same for an int. */
bool number_parse_int(const char *text, int least, int most, int *out) __attribute__((warn_unused_result));

/* With a fraction or an exponent, as strtod(3) reads it; no space before it. */
bool number_parse_decimal(const char *text, double least, double most, double *out)
    __attribute__((warn_unused_result));

#endif
