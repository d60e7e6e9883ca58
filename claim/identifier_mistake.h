/* SPDX-License-Identifier: Apache-2.0 */
/* Locates a typing mistake in an identifier whose check characters do not match. It undoes every single
 * mistake that people make when typing, one after the other, and collects the corrections after which both
 * check characters match. It names a group only if all corrections touch it.
 *
 * Measured for 32 hex digits (tests/unit/test_check_characters.c), in per cent:
 *   mistake                  detected  right group named  wrong group named
 *   another digit            100       61                 0
 *   neighbours swapped       99.9      59                 0
 *   one missing              100       62 (46 unmarked)   0
 *   one extra                100       97                 0
 *   one doubled              100       94                 0
 *   wrong check character    99.4      91                 0   (the rest is O for 0 and the like)
 *   two other digits         99.9      34                 28
 * Giving look-alikes and swaps more weight would name the group for 94 of those, but a wrong group for 5 in
 * 100 other mistakes, so all mistakes weigh the same.
 *
 * Bounded: about 0.06 ms for 32 hex digits, 2 ms for 64 characters of any kind. Only for identifier*.c. Pure
 * functions, any thread. */
#ifndef CLAIM_IDENTIFIER_MISTAKE_H
#define CLAIM_IDENTIFIER_MISTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/check_characters.h"
#include "claim/identifier_form.h"

/* Both may have one extra character. */
#define MISTAKE_NAME_MAX (IDENTIFIER_MAX + 1)
#define MISTAKE_CHECK_MAX (CHECK_LENGTH + 1)
#define MISTAKE_WORD_SIZE (MISTAKE_NAME_MAX + MISTAKE_CHECK_MAX + 1)

/* The identifier in the form's characters (form_character()) followed directly by its check characters as
 * typed. */
struct mistake_word {
    char characters[MISTAKE_WORD_SIZE]; /* terminated */
    size_t length;
    size_t name_length;
    bool marked; /* CHECK_MARK separated the two, so the name's end is certain */
};

/* Whether a single mistake explains word. Sets the group of problem (group, group_is_check, group_text) if it
 * can be located; leaves it untouched otherwise. */
bool mistake_find(const struct identifier_form *form, const struct mistake_word *word,
                  struct identifier_problem *problem);

#endif
