/* SPDX-License-Identifier: Apache-2.0 */
/* Fleet provisioning by claim (IoT, "Device provisioning MQTT API"): a device connected with a claim
 * certificate asks for its own certificate and is provisioned with a template. It publishes to
 *
 *   $aws/certificates/create/json                          {}
 *   $aws/certificates/create-from-csr/json                 {"certificateSigningRequest"}
 *   $aws/provisioning-templates/<template>/provision/json  {"certificateOwnershipToken", "parameters": {}}
 *
 * and the answer is published to the same topic with /accepted or /rejected, to that device only. Its
 * policies decide whether it may publish to these topics and receive the answer, as for any topic. A token is
 * valid for one provisioning, while this broker runs. Broker's thread only. */
#ifndef SANDBOX_CLAIM_PROVISIONING_H
#define SANDBOX_CLAIM_PROVISIONING_H

#include "sandbox/issuer.h"
#include "sandbox/provisioner.h"

struct claim_provisioning;

/* Takes ownership of issuer, also on failure. The result is owned; NULL if memory runs out. */
struct claim_provisioning *claim_provisioning_new(struct issuer *issuer);
void claim_provisioning_free(struct claim_provisioning *claims); /* NULL is allowed */

struct claim_device { /* borrowed */
    const char *client_id;
    /* Whether the device has subscribed to the topic and may receive it: the answer is sent only then. */
    bool (*hears)(const void *context, const char *topic);
    const void *context;
};

/* Answers a device's message on one of these topics; ignores all other messages. */
void claim_provisioning_hear(struct claim_provisioning *claims, const struct provisioner *provisioner,
                             const struct claim_device *device, const char *topic, const cJSON *payload);

#endif
