/* SPDX-License-Identifier: Apache-2.0 */
/* The two check characters that a label carries after the identifier, so that a typing mistake is told before
 * anything else happens.
 *
 * Both are ISO/IEC 7064 MOD 37,36 over the letters and digits of the thing name, in capitals, dashes and
 * underscores left out: the first over them as they stand, the second over those in odd places and then those
 * in even places (the 1st, 3rd, 5th, ... 2nd, 4th, ...). Why not MOD 97-10, the usual choice for two: it
 * takes letters as two digits each, so it does not find every wrong letter in an identifier of letters and
 * digits, one mistake in 97 slips through, and all that it can say is that something is wrong. Two MOD 37,36
 * find every wrong character, let one random mistake in 1296 through, and what a single mistake was has to
 * fit both, which leaves one group where it can be for three of five wrong digits (identifier_mistake.h).
 * Upper and lower case are not told apart. Pure functions, any thread. */
#ifndef CLAIM_CHECK_CHARACTERS_H
#define CLAIM_CHECK_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>

#define CHECK_LENGTH 2
#define CHECK_SIZE (CHECK_LENGTH + 1)
/* Stands between the identifier and its check characters on a label; may be left out when typing where the
 * form of the identifier has a fixed length. */
#define CHECK_MARK '/'

/* name: [A-Za-z0-9_-], terminated. */
void check_characters_of(const char *name, char out[CHECK_SIZE]);

/* check: two characters as typed. Forgives case, and the letters O, I, L for the digits 0, 1, 1 (and the
 * other way round) in one of the two, so that one wrong character in the name is always found. */
bool check_characters_fit(const char *name, const char check[CHECK_LENGTH]);

#endif
