/* SPDX-License-Identifier: Apache-2.0 */
/* Claims devices through a running portal, instead of claim_run(). What the portal has accepted it sees
 * through, also if this program ends. */
#ifndef COMMAND_CLAIM_THROUGH_H
#define COMMAND_CLAIM_THROUGH_H

#include "claim/run.h"
#include "command/portal_client.h"

struct claim_through_options {
    const struct claim_run_options *run; /* as for claim_run() */
    struct portal_client *portal;
    const char *where; /* the portal's address, for people */
    bool again;        /* claim devices that are online already, too */
};

/* Blocks until it ends. *gone: the portal was not there any more before it had accepted anything; nothing has
 * happened, and claim_run() may do it. */
enum claim_run_result claim_through(const struct claim_through_options *options, bool *gone)
    __attribute__((warn_unused_result));

#endif
