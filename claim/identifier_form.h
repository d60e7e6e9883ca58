/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind the private fields of struct identifier_form. For identifier*.c alone. */
#ifndef CLAIM_IDENTIFIER_FORM_H
#define CLAIM_IDENTIFIER_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claim/identifier.h"

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
