/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the one identifier in a longer text: in several lines of a label, after "UID:", in
 * {"ThingName":"..."}. Only for identifier.c. Pure functions, any thread. */
#ifndef CLAIM_IDENTIFIER_SEARCH_H
#define CLAIM_IDENTIFIER_SEARCH_H

#include "claim/identifier_form.h"
#include "claim/identifier_problem.h"
#include "claim/identifier_typed.h"

/* Reads part, narrowed already, as an identifier of the form. On IDENTIFIER_OK fills out, else *problem. */
typedef enum identifier_error search_match(const struct identifier_form *form, const struct typed *part,
                                           char out[IDENTIFIER_SIZE], struct identifier_problem *problem);

/* What a key names ("Device ID: ...") wins over what stands elsewhere, and what has wrong check characters
 * counts only if nothing else is found. Where the form has a number of digits, words are an identifier if
 * they have exactly so many, one of 0 to 9 among them. Returns IDENTIFIER_OK with out; IDENTIFIER_SEVERAL if
 * there are two; any other error with *problem if that is what is wrong with the only candidate;
 * IDENTIFIER_NO_MATCH if there is none, *problem is then untouched. At first *problem has what the form alone
 * says. Bounded: matches 256 times at most, 8 times with check characters. */
enum identifier_error search_identifier(const struct identifier_form *form, const struct typed *typed,
                                        search_match *match, char out[IDENTIFIER_SIZE],
                                        struct identifier_problem *problem)
    __attribute__((warn_unused_result));

#endif
