/* SPDX-License-Identifier: Apache-2.0 */
/* Decides who may assume a role. Pure function, any thread. */
#ifndef AWS_ROLE_TRUST_H
#define AWS_ROLE_TRUST_H

#include <stdbool.h>

/* True when AWS IoT may assume it (IoT, "Provisioning": the service iot.amazonaws.com). encoded:
 * AssumeRolePolicyDocument from IAM, percent-encoded JSON; NULL: false. An added condition (such as
 * aws:SourceAccount) is not evaluated. */
bool role_trust_lets_iot_in(const char *encoded);

/* The same for any service: "iotwireless.amazonaws.com". */
bool role_trust_lets_in(const char *encoded, const char *service);

#endif
