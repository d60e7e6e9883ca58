/* SPDX-License-Identifier: Apache-2.0 */
/* Where the one mistake can be in an identifier whose check characters do not fit: every single mistake that
 * people make when typing is undone in turn, and those are collected after which both check characters fit.
 * Only a group that all of them go through is named.
 *
 * Measured for 32 hex digits (tests/unit/test_check_characters.c), found / named with its group / named
 * wrongly, in per cent: another digit 100 / 61 / 0, neighbours swapped 99.9 / 59 / 0, one left out 100 / 62 /
 * 0 (without the mark 46), one too many 100 / 97 / 0, one doubled 100 / 94 / 0, a wrong check character 99.4
 * (the rest is O for 0 and the like) / 91 / 0, two other digits 99.9 / 34 / 28. To let look-alikes and swaps
 * outweigh the rest would name 94 for those, and a wrong group for 5 in 100 other mistakes: it is not done.
 *
 * Bounded: about 0.06 ms for 32 hex digits, 2 ms where 64 letters and digits of any kind are a name. For
 * identifier.c alone. Pure functions, any thread. */
#ifndef CLAIM_IDENTIFIER_MISTAKE_H
#define CLAIM_IDENTIFIER_MISTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/check_characters.h"
#include "claim/identifier_form.h"

/* One too many may have been typed of both. */
#define MISTAKE_NAME_MAX (IDENTIFIER_MAX + 1)
#define MISTAKE_CHECK_MAX (CHECK_LENGTH + 1)
#define MISTAKE_WORD_SIZE (MISTAKE_NAME_MAX + MISTAKE_CHECK_MAX + 1)

/* The identifier in the form's own characters (form_character()) and its check characters as typed, with
 * nothing between them. */
struct mistake_word {
    char characters[MISTAKE_WORD_SIZE]; /* terminated */
    size_t length;
    size_t name_length;
    bool marked; /* CHECK_MARK stood between the two: what stands before it was meant as the identifier */
};

/* Whether a single mistake explains word. Fills the group of problem (group, group_is_check, group_text)
 * where one can be named, leaves it alone otherwise. */
bool mistake_find(const struct identifier_form *form, const struct mistake_word *word,
                  struct identifier_problem *problem);

#endif
