/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns in policies: wildcards, and variables such as ${iot:ClientId} or ${iot:ClientId, 'none'} whose
 * values are plain text, and ${*} ${?} ${$}, which stand for those characters. Time is at most the product of
 * both lengths, and nothing is allocated. Any thread. */
#ifndef ACCOUNT_POLICY_PATTERN_H
#define ACCOUNT_POLICY_PATTERN_H

#include <stddef.h>

#include "account/policy/request.h"

enum policy_match {
    POLICY_MATCH_NO,
    POLICY_MATCH_YES,
    POLICY_MATCH_UNRESOLVED, /* a variable has no value */
};

enum {
    POLICY_PATTERN_WILDCARDS = 1,
    POLICY_PATTERN_VARIABLES = 2,
    POLICY_PATTERN_CASELESS = 4,
};

/* flags: of the above. A ? is one character of UTF-8. */
enum policy_match policy_pattern_match(const char *pattern, unsigned flags, const char *text,
                                       const struct policy_request *request);

/* The value of a variable; its name has that length and is case-insensitive. NULL: none. *known: its absence
 * has a meaning (IoT, "Policy variables"). Borrowed from the request, or static. */
const char *policy_variable_value(const char *name, size_t length, const struct policy_request *request,
                                  bool *known);

#endif
