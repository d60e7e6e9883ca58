/* SPDX-License-Identifier: Apache-2.0 */
/* Authenticates requests and passes them to the right service. */
#ifndef SANDBOX_CLOUD_SERVICES_H
#define SANDBOX_CLOUD_SERVICES_H

#include "sandbox/cloud/cloud.h"

/* Returns the handler for listener_start(). */
struct cloud_handler cloud_handler(struct cloud *cloud);

#endif
