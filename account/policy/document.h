/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the AWS IoT policies that an OEM account needs, each with the least permissions.
 * deploy/oem-account.yaml has the same documents; a test compares them. Pure functions, any thread. */
#ifndef ACCOUNT_POLICY_DOCUMENT_H
#define ACCOUNT_POLICY_DOCUMENT_H

#include <stdbool.h>

#include "account/policy/topics.h"
#include "base/json.h"

#define POLICY_DOCUMENT_MAX 2048 /* characters, white space not counted (IoT quotas) */

/* The ARN prefix: "arn:aws:iot:eu-west-1:123456789012:", with the final colon. */
struct policy_scope {
    const char *arn_prefix;
};

/* A module: connects under its own thing name with a certificate that is attached to that thing; publishes,
 * receives and subscribes below <ThingName>/ and below $aws/things/<ThingName>/ for shadow, jobs, streams
 * (over-the-air updates) and defender. topics: what its product uses beside that; NULL: nothing. With topics,
 * everything below $aws/things/<ThingName>/ is allowed instead of those four, which leaves room for about 12
 * topics. Owned. */
cJSON *policy_document_module(const struct policy_scope *scope, const struct policy_topics *topics);
/* True when AWS IoT accepts its length. False with a sentence. */
bool policy_document_fits(const cJSON *document, struct text *why);
/* The observer: connects under client_id, and the claim-script under its second name (claim/settings.h),
 * subscribes to and receives thing created, presence connected and
 * presence disconnected. Owned. */
cJSON *policy_document_observer(const struct policy_scope *scope, const char *client_id);
/* A claim certificate of fleet provisioning: connects, requests keys or a certificate, and provisions with
 * one template; nothing else. Owned. */
cJSON *policy_document_fleet_claim(const struct policy_scope *scope, const char *template_name);

/* True when both mean the same: the order of members, statements and lists is ignored; one text equals a list
 * of one. */
bool policy_document_same(const cJSON *a, const cJSON *b);

#endif
