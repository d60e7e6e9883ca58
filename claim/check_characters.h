/* SPDX-License-Identifier: Apache-2.0 */
/* The two check characters after the identifier on a label. They detect typing mistakes before anything else
 * is done with the identifier.
 *
 * Both are ISO/IEC 7064 MOD 37,36 over the letters and digits of the thing name, in upper case, without
 * dashes and underscores. The first covers them in order. The second covers those in odd positions and then
 * those in even positions (the 1st, 3rd, 5th, ... 2nd, 4th, ...).
 *
 * Why not MOD 97-10, the usual choice for two characters: it maps letters to two digits each, so it misses
 * some wrong letters in an identifier of letters and digits; it accepts one random mistake in 97; and it
 * cannot locate a mistake. Two MOD 37,36 detect every single wrong character and accept one random mistake in
 * 1296. A single mistake must explain both, which leaves only one possible group for three of five wrong
 * digits (identifier_mistake.h). Case is ignored. Pure functions, any thread. */
#ifndef CLAIM_CHECK_CHARACTERS_H
#define CLAIM_CHECK_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>

#define CHECK_LENGTH 2
#define CHECK_SIZE (CHECK_LENGTH + 1)
/* Separates the identifier from its check characters on a label. May be omitted when typing if the form of
 * the identifier has a fixed length. */
#define CHECK_MARK '/'

/* name: [A-Za-z0-9_-], terminated. */
void check_characters_of(const char *name, char out[CHECK_SIZE]);

/* check: two characters as typed. Ignores case, and accepts the letters O, I, L for the digits 0, 1, 1 (and
 * the reverse) in one of the two only, so that one wrong character in the name is always detected. */
bool check_characters_fit(const char *name, const char check[CHECK_LENGTH]);

#endif
