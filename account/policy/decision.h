/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether an AWS IoT policy document allows an action, as the service does (IoT, "AWS IoT Core
 * policies", which follow the conventions of IAM): an explicit Deny wins; what is not allowed is denied. In
 * resources and actions * is any text and ? any character; MQTT's + and # stand for themselves. When the
 * service's decision is not known, the result is no: a statement with an unresolved variable or condition
 * allows nothing, and such a Deny denies everything it could.
 *
 * These files (policy_decision, policy_condition, policy_pattern) need only cJSON and the C library, so the
 * sandbox's broker can use them too. Pure functions, any thread. */
#ifndef ACCOUNT_POLICY_DECISION_H
#define ACCOUNT_POLICY_DECISION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "account/policy/request.h"

enum policy_decision {
    POLICY_NOT_ALLOWED, /* no statement allows it, or the document is not a policy */
    POLICY_ALLOWED,
    POLICY_DENIED, /* a statement denies it */
};

/* document: its texts must not contain NULs; base/json.h ensures that. */
enum policy_decision policy_decide(const cJSON *document, const struct policy_request *request);

/* True when AWS IoT would accept it as a policy: Version "2012-10-17", and in every statement an Effect,
 * Action or NotAction, Resource or NotResource, optionally Sid and Condition; nothing else, and nothing
 * twice. */
bool policy_is_valid(const cJSON *document);

#endif
