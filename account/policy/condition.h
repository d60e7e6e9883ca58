/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluates the Condition of a policy statement: Bool, Null, StringEquals, StringLike, their negated and
 * case-insensitive forms, ...IfExists and ForAllValues:, ForAnyValue:. Any thread. */
#ifndef ACCOUNT_POLICY_CONDITION_H
#define ACCOUNT_POLICY_CONDITION_H

#include <cjson/cJSON.h>

#include "account/policy/request.h"

enum policy_condition {
    POLICY_CONDITION_FAILS,
    POLICY_CONDITION_HOLDS,
    POLICY_CONDITION_UNKNOWN, /* it has an unknown operator, key or variable */
};

/* NULL holds. */
enum policy_condition policy_condition_decide(const cJSON *condition, const struct policy_request *request);

#endif
