/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a typed text, narrowed already, as one identifier of a form, with or without the check characters of
 * a label. Only for identifier.c. Pure functions, any thread. */
#ifndef CLAIM_IDENTIFIER_MATCH_H
#define CLAIM_IDENTIFIER_MATCH_H

#include "claim/identifier_form.h"
#include "claim/identifier_typed.h"

/* On IDENTIFIER_OK out holds the ThingName; otherwise it is untouched. Sets what *problem says besides the
 * error, and with IDENTIFIER_BAD_CHARACTER *culprit. At first *problem has what the form alone says. */
enum identifier_error identifier_match(const struct identifier_form *form, const struct typed *typed,
                                       char out[IDENTIFIER_SIZE], struct mark *culprit,
                                       struct identifier_problem *problem)
    __attribute__((warn_unused_result));

#endif
