/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate may do in the sandbox's OEM account. Its policies decide everything, as they do at AWS
 * (account/policy/decision.h): those attached in the account's own state, or by provisioning. Broker's thread
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

/* The certificate with its status, policies and things; borrowed; NULL when it is not registered. Where both
 * know it, the account's state counts. */
const cJSON *access_certificate(const struct access *access, const char *certificate_id);
bool access_is_active(const cJSON *certificate);
bool access_has_thing(const struct access *access, const char *thing_name);

struct access_request {
    const char *certificate_id;
    const char *client_id;
    const char *action; /* "iot:Publish" */
    const char *kind;   /* "client", "topic", "topicfilter" */
    const char *name;   /* of that kind */
};
/* False also when the certificate is not ACTIVE. */
bool access_allows(const struct access *access, const struct access_request *request);

#endif
