/* SPDX-License-Identifier: Apache-2.0 */
/* How a request goes through the cloud: who asks, and which service has the call. */
#ifndef SANDBOX_CLOUD_SERVICES_H
#define SANDBOX_CLOUD_SERVICES_H

#include "sandbox/cloud/cloud.h"

/* For listener_start(). */
struct cloud_handler cloud_handler(struct cloud *cloud);

#endif
