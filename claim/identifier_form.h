/* SPDX-License-Identifier: Apache-2.0 */
/* How one staging account writes its ThingNames: parsed from the configuration, then passed to
 * identifier_parse(). Pure functions, any thread. Names that start with form_ are only for identifier*.c. */
#ifndef CLAIM_IDENTIFIER_FORM_H
#define CLAIM_IDENTIFIER_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claim/identifier_problem.h"

/* Owned by the caller; free with identifier_form_fini(). */
struct identifier_form {
    int kind;        /* private */
    int letter_case; /* private */
    size_t digits;   /* private */
    void *pattern;   /* private, owned */
};

/* form: "hex" (32 hex digits), "hex:N" (N hex digits, 8..64), "uuid" (8-4-4-4-12 with dashes), or a POSIX
 * extended regular expression that must match the whole ThingName. letter_case: "lower", "upper" or "keep".
 * Rejects a pattern that requires capitals with "lower" (or the reverse), because it could never match, and
 * back references, because their matching time is unbounded. On error returns IDENTIFIER_BAD_FORM and leaves
 * *out untouched. */
enum identifier_error identifier_form_parse(const char *form, const char *letter_case,
                                            struct identifier_form *out) __attribute__((warn_unused_result));
/* How many letters and digits every identifier of this form has, 0 if the number is not fixed. */
size_t identifier_form_length(const struct identifier_form *form);
void identifier_form_fini(struct identifier_form *form);

/* Whether name is [A-Za-z0-9_-]{8,64}, so safe in a topic, regardless of the form. */
bool identifier_is_thing_name(const char *name, size_t length);

enum form_kind { FORM_HEX, FORM_UUID, FORM_PATTERN };
enum form_case { FORM_LOWER, FORM_UPPER, FORM_KEEP };

/* Whether the pattern matches the whole name (terminated, length characters). */
bool form_pattern_matches(const struct identifier_form *form, const char *name, size_t length);

/* Whether character is in [A-Za-z0-9_-], regardless of the form. */
bool form_is_of_a_name(uint32_t character);

/* The character as the form writes it, 0 if the form does not allow it. Where the form has hex digits, O
 * becomes 0, and I and L become 1. */
char form_character(const struct identifier_form *form, uint32_t character);

/* The letters and digits that a name of this form can contain, terminated. */
const char *form_alphabet(const struct identifier_form *form);

#endif
