/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a policy document of AWS IoT allows an action, as the service decides it (IoT, "AWS IoT Core
 * policies", which follow the conventions of IAM): an explicit Deny wins, what is not allowed is denied; in
 * resources and actions * is any text and ? any character, MQTT's + and # stand for themselves. Where the
 * service's answer is not known, the answer is no: a statement with a variable or a condition that cannot be
 * resolved allows nothing, and a Deny holds whatever it may deny.
 *
 * These files (policy_decision, policy_condition, policy_pattern) need nothing but cJSON and the C library,
 * so that the sandbox's broker can decide by them too. Pure functions, any thread. */
#ifndef ACCOUNT_POLICY_DECISION_H
#define ACCOUNT_POLICY_DECISION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "account/policy/request.h"

enum policy_decision {
    POLICY_NOT_ALLOWED, /* no statement allows it, or the document is no policy */
    POLICY_ALLOWED,
    POLICY_DENIED, /* a statement denies it */
};

/* document: read by base/json.h or otherwise without NULs in texts. */
enum policy_decision policy_decide(const cJSON *document, const struct policy_request *request);

/* Whether AWS IoT would take it for a policy: Version "2012-10-17", and in every statement an Effect, Action
 * or NotAction, Resource or NotResource, perhaps Sid and Condition, and nothing else, nor anything twice. */
bool policy_is_valid(const cJSON *document);

#endif
