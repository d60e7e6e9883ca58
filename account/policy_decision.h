/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a policy document of AWS IoT allows an action, as the service decides it (IoT, "AWS IoT Core
 * policies"): an explicit Deny wins, what is not allowed is denied; in resources and actions * is any text
 * and ? any character, MQTT's + and # stand for themselves; policy variables iot:ClientId,
 * iot:Connection.Thing.ThingName, iot:Connection.Thing.IsAttached; conditions Bool, StringEquals, StringLike
 * and their kin on these. A condition that is not understood does not hold in an Allow and holds in a Deny.
 * Needs nothing but cJSON, so that the sandbox's broker can decide by it too. Pure functions, any thread. */
#ifndef ACCOUNT_POLICY_DECISION_H
#define ACCOUNT_POLICY_DECISION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct policy_request {
    const char *action;     /* "iot:Publish" */
    const char *resource;   /* the whole ARN: "arn:aws:iot:us-east-1:123456789012:topic/x/y" */
    const char *client_id;  /* "" where there is none */
    const char *thing_name; /* of the thing whose name is the client id; NULL: there is none */
    bool attached;          /* the certificate is attached to that thing */
};

enum policy_decision {
    POLICY_NOT_ALLOWED, /* no statement allows it, or the document is no policy */
    POLICY_ALLOWED,
    POLICY_DENIED, /* a statement denies it */
};

enum policy_decision policy_decide(const cJSON *document, const struct policy_request *request);

#endif
