/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a template of the sandbox's OEM account: checks that everything it refers to exists, registers the
 * certificate with what the template gives it, and publishes the event of a new thing. Broker's thread
 * only. */
#ifndef SANDBOX_PROVISIONER_H
#define SANDBOX_PROVISIONER_H

#include "sandbox/account_events.h"
#include "sandbox/iot_account.h"
#include "sandbox/registry.h"
#include "sandbox/template_evaluation.h"

struct provisioner { /* borrowed */
    const struct iot_account *account;
    struct registry *registry;
    struct account_events *events;
};

/* type: the required type of the template, "JITP" or "FLEET_PROVISIONING". Returns false, with the reason in
 * problem and nothing changed, on failure. */
bool provisioner_run(const struct provisioner *provisioner, const char *template_name, const char *type,
                     const struct template_source *source, char thing_name[THING_NAME_SIZE],
                     char problem[TEMPLATE_PROBLEM_SIZE]);

#endif
