/* SPDX-License-Identifier: Apache-2.0 */
/* The policies attached to one certificate, and what they allow together. One thread. */
#ifndef ACCOUNT_DOCTOR_AWS_POLICIES_H
#define ACCOUNT_DOCTOR_AWS_POLICIES_H

#include "account/doctor/aws_view.h"
#include "account/policy/decision.h"

struct aws_policies {
    cJSON **documents;
    size_t count;
};

void aws_policies_fini(struct aws_policies *policies);
#define POLICIES __attribute__((cleanup(aws_policies_fini)))

/* Fetches the policy `name` from AWS; errors as in aws_view_ask(). */
enum aws_error aws_policies_get(struct aws_view *view, struct aws_policies *policies, const char *name,
                                const char *const *checks) __attribute__((warn_unused_result));
/* Adds a JSON document. One that is not a policy allows nothing. */
void aws_policies_add(struct aws_policies *policies, const char *document);

/* True when one policy allows the action and none denies it. resource: "topic/x", in this account. */
bool aws_policies_allow(const struct aws_view *view, const struct aws_policies *policies,
                        const struct policy_request *who, const char *action, const char *resource);

/* Reports on each topic that the options ask about. */
void aws_check_topics(const struct aws_view *view, const struct aws_policies *policies,
                      const struct policy_request *who);

#endif
