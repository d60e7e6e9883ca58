/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox's own controls, which AWS does not have: paths below /_sandbox/, not signed, only from this
 * machine.
 *
 *   GET  /_sandbox/status        the simulated time, profiles, counts
 *   PUT  /_sandbox/control-log   delivers a control log, of any length
 *   POST /_sandbox/clock         {"advance_days": N} or {"advance_ms": N}
 *   POST /_sandbox/faults        see faults.h; GET shows them
 *   GET  /_sandbox/credentials   temporary ones, in the form for containers; ?seconds=N: their lifetime
 * (900) */
#ifndef SANDBOX_CLOUD_ADMIN_H
#define SANDBOX_CLOUD_ADMIN_H

#include "sandbox/cloud/cloud.h"

bool admin_has(const struct cloud_request *request);
/* Prepares for a control log, which is read as it arrives: each of its devices counts from then on. */
void admin_begin(struct cloud *cloud, struct cloud_call *call);
/* Call with the cloud's lock held. */
void admin_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);

#endif
