/* SPDX-License-Identifier: Apache-2.0 */
/* How one staging account writes its ThingNames. Pure functions, any thread; what begins with form_ is for
 * identifier*.c alone. */
#ifndef CLAIM_IDENTIFIER_FORM_H
#define CLAIM_IDENTIFIER_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claim/identifier_problem.h"

/* How one staging account writes its ThingNames. Owned by the caller; freed with identifier_form_fini(). */
struct identifier_form {
    int kind;        /* private */
    int letter_case; /* private */
    size_t digits;   /* private */
    void *pattern;   /* private, owned */
};

/* form: "hex" (32 hex digits), "hex:N" (N hex digits, 8..64), "uuid" (8-4-4-4-12 with dashes), or a POSIX
 * extended regular expression that the whole ThingName must match. letter_case: "lower", "upper" or "keep". A
 * pattern that asks for capitals where letter_case is "lower" (or the other way round) could never be met and
 * is refused, as are back references, whose matching time has no bound. On error *out is untouched and
 * IDENTIFIER_BAD_FORM is returned. */
enum identifier_error identifier_form_parse(const char *form, const char *letter_case,
                                            struct identifier_form *out) __attribute__((warn_unused_result));
void identifier_form_fini(struct identifier_form *form);

enum form_kind { FORM_HEX, FORM_UUID, FORM_PATTERN };
enum form_case { FORM_LOWER, FORM_UPPER, FORM_KEEP };

/* The whole of name (terminated, length characters), not a part of it. */
bool form_pattern_matches(const struct identifier_form *form, const char *name, size_t length);

/* [A-Za-z0-9_-], whatever the form. */
bool form_is_of_a_name(uint32_t character);

/* The character as the form writes it, 0 when the form has no such character. Where hex digits are wanted, O
 * is taken for 0, and I and L for 1. */
char form_character(const struct identifier_form *form, uint32_t character);

/* The letters and digits that a name of the form can have, terminated. */
const char *form_alphabet(const struct identifier_form *form);

#endif
