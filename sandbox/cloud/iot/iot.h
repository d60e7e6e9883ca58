/* SPDX-License-Identifier: Apache-2.0 */
/* The control plane of AWS IoT (API of 2015-05-28), with the calls that set up an account. With the cloud's
 * lock held. */
#ifndef SANDBOX_CLOUD_IOT_IOT_H
#define SANDBOX_CLOUD_IOT_IOT_H

#include "sandbox/cloud/cloud.h"

/* For struct service. */
const char *iot_action(const struct cloud_call *call);
void iot_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);

#endif
