/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of AWS IoT Wireless (API of 2020-11-22) for imports. With the cloud's lock held. */
#ifndef SANDBOX_CLOUD_WIRELESS_H
#define SANDBOX_CLOUD_WIRELESS_H

#include "sandbox/cloud/cloud.h"

/* Whether the path belongs to this service. */
bool wireless_has(const struct cloud_request *request);
/* Returns the action that the caller needs, such as "iotwireless:GetDeviceProfile". NULL: an unknown call. */
const char *wireless_action(const struct cloud_call *call);

void wireless_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);

#endif
