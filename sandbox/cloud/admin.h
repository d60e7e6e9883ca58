/* SPDX-License-Identifier: Apache-2.0 */
/* The switches of the sandbox, which no AWS has: paths below /_sandbox/, not signed, from this machine only.
 *
 *   GET  /_sandbox/status        what there is: the simulated time, profiles, counts
 *   PUT  /_sandbox/control-log   delivers a control log, of any length
 *   POST /_sandbox/clock         {"advance_days": N} or {"advance_ms": N}
 *   POST /_sandbox/faults        see faults.h; GET shows them
 *   GET  /_sandbox/credentials   temporary ones, in a container's form; ?seconds=N says for how long (900) */
#ifndef SANDBOX_CLOUD_ADMIN_H
#define SANDBOX_CLOUD_ADMIN_H

#include "sandbox/cloud/cloud.h"

bool admin_has(const struct cloud_request *request);
/* A control log is read while it comes, and each device of it counts from then. */
void admin_begin(struct cloud *cloud, struct cloud_call *call);
/* With the cloud's lock held. */
void admin_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);

#endif
