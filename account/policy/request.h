/* SPDX-License-Identifier: Apache-2.0 */
/* The action, resource and identity that a policy is evaluated for. */
#ifndef ACCOUNT_POLICY_REQUEST_H
#define ACCOUNT_POLICY_REQUEST_H

#include <stdbool.h>

struct policy_variable {
    const char *name, *value; /* "iot:Certificate.Subject.CommonName", "x" */
};

struct policy_request {
    const char *action;     /* "iot:Publish" */
    const char *resource;   /* the whole ARN: "arn:aws:iot:us-east-1:123456789012:topic/x/y" */
    const char *client_id;  /* iot:ClientId; "": none */
    const char *thing_name; /* of the thing whose name is the client id; NULL: none */
    bool attached;          /* the certificate is attached to that thing: iot:Connection.Thing.IsAttached, and
                               without it iot:Connection.Thing.ThingName does not resolve */
    const struct policy_variable *variables; /* other known variables; ends with a NULL name; may be NULL */
};

#endif
