/* SPDX-License-Identifier: Apache-2.0 */
/* Fleet provisioning by claim (IoT, "Device provisioning MQTT API"): a device that has connected with a claim
 * certificate asks for one of its own and provisions it with a template. It publishes to
 *
 *   $aws/certificates/create/json                          {}
 *   $aws/certificates/create-from-csr/json                 {"certificateSigningRequest"}
 *   $aws/provisioning-templates/<template>/provision/json  {"certificateOwnershipToken", "parameters": {}}
 *
 * and the answer comes to the same topic with /accepted or /rejected, to that device alone. Whether it may
 * publish there, and hear the answer, its policies decide as for any topic. A token is good for one
 * provisioning while this broker runs. Broker's thread only. */
#ifndef SANDBOX_CLAIM_PROVISIONING_H
#define SANDBOX_CLAIM_PROVISIONING_H

#include "sandbox/issuer.h"
#include "sandbox/provisioner.h"

struct claim_provisioning;

/* issuer is taken. Owned; NULL when out of memory (the issuer is freed then). */
struct claim_provisioning *claim_provisioning_new(struct issuer *issuer);
void claim_provisioning_free(struct claim_provisioning *claims); /* NULL is fine */

struct claim_device { /* borrowed */
    const char *client_id;
    /* Whether it has subscribed to the topic and may receive it: an answer goes to nobody else. */
    bool (*hears)(const void *context, const char *topic);
    const void *context;
};

/* Answers a device's message on one of these topics; other messages are none of its business. */
void claim_provisioning_hear(struct claim_provisioning *claims, const struct provisioner *provisioner,
                             const struct claim_device *device, const char *topic, const cJSON *payload);

#endif
