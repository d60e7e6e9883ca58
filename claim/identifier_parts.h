/* SPDX-License-Identifier: Apache-2.0 */
/* Splits a typed identifier into its name and the check characters of a label. Only for identifier*.c. Pure
 * functions, any thread. */
#ifndef CLAIM_IDENTIFIER_PARTS_H
#define CLAIM_IDENTIFIER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claim/identifier_form.h"
#include "claim/identifier_mistake.h"
#include "claim/identifier_typed.h"

/* typed is borrowed. */
struct parts {
    const struct typed *typed;
    size_t name_end; /* the name is in [0, name_end) */
    size_t check;    /* the check characters are in [check, end) */
    size_t end;
    size_t check_count; /* 0: none were typed */
    bool marked;        /* CHECK_MARK separates the two */
};

/* Without a CHECK_MARK, the form's number of characters decides whether there are check characters. */
struct parts parts_split(const struct identifier_form *form, const struct typed *typed);
/* Writes the check characters as typed, in capitals; "" if there are none. */
void parts_copy_check(const struct parts *parts, char out[MISTAKE_CHECK_MAX + 1]);

/* Whether it is a space or a dash. */
bool parts_is_separator(uint32_t character);
/* The number of characters in [from, end) other than spaces and dashes. */
size_t parts_count_between(const struct typed *typed, size_t from, size_t end);

#endif
