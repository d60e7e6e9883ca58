/* SPDX-License-Identifier: Apache-2.0 */
/* What was typed, as characters that remember where they stood, and the identifier's part of it: without the
 * quotes around it, and out of the web address that it was pasted in. For identifier.c alone. Pure functions,
 * any thread. */
#ifndef CLAIM_IDENTIFIER_TYPED_H
#define CLAIM_IDENTIFIER_TYPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claim/identifier_problem.h"

struct mark {
    uint32_t character;
    size_t position; /* in what was typed, in characters from 1 */
};

struct typed {
    struct mark marks[IDENTIFIER_TYPED_MAX];
    size_t count;
};

/* Fills *out with the identifier's part of text. On an error: IDENTIFIER_BAD_CHARACTER with *culprit where
 * and which (character 0 where nothing can be shown), or IDENTIFIER_TOO_LONG or IDENTIFIER_BAD_URL. out may
 * be empty. */
enum identifier_error typed_read(const char *text, size_t length, struct typed *out, struct mark *culprit)
    __attribute__((warn_unused_result));

bool typed_is_dash(uint32_t character);

#endif
