/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a certificate may do in the sandbox's OEM account. As at AWS, only policies count
 * (account/policy/decision.h): those attached in the account's file, or by provisioning. Broker's thread
 * only. */
#ifndef SANDBOX_ACCESS_H
#define SANDBOX_ACCESS_H

#include <stdbool.h>

#include "sandbox/iot_account.h"
#include "sandbox/registry.h"

struct access {
    const struct iot_account *account;
    const struct registry *registry;
};

/* Returns the certificate with its status, policies and things; borrowed; NULL if it is not registered. If
 * both have it, the account's file takes precedence over the registry. */
const cJSON *access_certificate(const struct access *access, const char *certificate_id);
bool access_is_active(const cJSON *certificate);
bool access_has_thing(const struct access *access, const char *thing_name);

struct access_request {
    const char *certificate_id;
    const char *client_id;
    const char *action; /* such as "iot:Publish" */
    const char *kind;   /* "client", "topic", "topicfilter" */
    const char *name;   /* the name of the resource of that kind */
};
/* Also returns false if the certificate is not ACTIVE. */
bool access_allows(const struct access *access, const struct access_request *request);

#endif
