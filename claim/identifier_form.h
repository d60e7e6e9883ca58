/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind the private fields of struct identifier_form. For identifier.c and identifier_form.c alone.
 */
#ifndef CLAIM_IDENTIFIER_FORM_H
#define CLAIM_IDENTIFIER_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/identifier.h"

enum form_kind { FORM_HEX, FORM_UUID, FORM_PATTERN };
enum form_case { FORM_LOWER, FORM_UPPER, FORM_KEEP };

/* The whole of name (terminated, length characters), not a part of it. */
bool form_pattern_matches(const struct identifier_form *form, const char *name, size_t length);

#endif
