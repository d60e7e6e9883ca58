/* SPDX-License-Identifier: Apache-2.0 */
/* Splits typed text into characters with their positions and extracts the identifier: removes quotes, and
 * takes it out of a pasted URL. Only for identifier*.c. Pure functions, any thread. */
#ifndef CLAIM_IDENTIFIER_TYPED_H
#define CLAIM_IDENTIFIER_TYPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claim/identifier_problem.h"

struct mark {
    uint32_t character;
    size_t position; /* in the typed text, in characters from 1 */
};

struct typed {
    struct mark marks[IDENTIFIER_TYPED_MAX];
    size_t count;
};

/* Splits text, at most IDENTIFIER_TYPED_MAX bytes. False if it is not UTF-8; *culprit then is the first byte
 * that is not, with character 0. */
bool typed_decode(const char *text, size_t length, struct typed *out, struct mark *culprit)
    __attribute__((warn_unused_result));

/* Leaves out what may stand around a text. */
void typed_trim(struct typed *typed);

/* Narrows typed to the identifier in it, without what is around it: space, quotes, NULs, byte order marks and
 * zero-width characters. It may become empty. Returns IDENTIFIER_OK, IDENTIFIER_BAD_CHARACTER with the
 * character and its position in *culprit (character 0 if it cannot be shown), or IDENTIFIER_BAD_URL. */
enum identifier_error typed_narrow(struct typed *typed, struct mark *culprit)
    __attribute__((warn_unused_result));

/* Whether typed_narrow() takes it for a pasted address. */
bool typed_is_address(const struct typed *typed);

bool typed_is_quote(uint32_t character);
bool typed_is_dash(uint32_t character);

#endif
