/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a template of the sandbox's OEM account: what it refers to must be there, the certificate is
 * registered with what the template gives it, and the account tells of a new thing. Broker's thread only. */
#ifndef SANDBOX_PROVISIONER_H
#define SANDBOX_PROVISIONER_H

#include "sandbox/account_events.h"
#include "sandbox/iot_account.h"
#include "sandbox/provisioning_template.h"
#include "sandbox/registry.h"

struct provisioner { /* borrowed */
    const struct iot_account *account;
    struct registry *registry;
    struct account_events *events;
};

/* type: what the template must be, "JITP" or "FLEET_PROVISIONING". False, with nothing changed, when it
 * cannot; problem then says why. */
bool provisioner_run(const struct provisioner *provisioner, const char *template_name, const char *type,
                     const struct provisioning_source *source, char thing_name[THING_NAME_SIZE],
                     char problem[PROVISIONING_PROBLEM_SIZE]);

#endif
