/* SPDX-License-Identifier: Apache-2.0 */
/* The Condition of a statement: Bool, Null, StringEquals, StringLike, what negates them or ignores case,
 * ...IfExists and ForAllValues:, ForAnyValue:. Any thread. */
#ifndef ACCOUNT_POLICY_CONDITION_H
#define ACCOUNT_POLICY_CONDITION_H

#include <cjson/cJSON.h>

#include "account/policy/request.h"

enum policy_condition {
    POLICY_CONDITION_FAILS,
    POLICY_CONDITION_HOLDS,
    POLICY_CONDITION_UNKNOWN, /* it has an operator, a key or a variable that is not known here */
};

/* NULL holds. */
enum policy_condition policy_condition_decide(const cJSON *condition, const struct policy_request *request);

#endif
