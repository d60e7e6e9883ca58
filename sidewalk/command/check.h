/* SPDX-License-Identifier: Apache-2.0 */
/* The check as `check` and `start` make it: reads, reports, writes files. Blocks; one thread. */
#ifndef SIDEWALK_COMMAND_CHECK_H
#define SIDEWALK_COMMAND_CHECK_H

#include "sidewalk/command/check_options.h"
#include "sidewalk/command/command.h"
#include "sidewalk/reconciliation.h"

/* COMMAND_DONE: an import may start. COMMAND_FAILED: it may not. out is filled after both. Otherwise it has
 * told why on standard error, and neither of the files has been touched. Progress is shown on standard error
 * where that is a terminal. Stops at interrupt_received. */
enum command_status check_run(const struct check_options *options, struct reconciliation *out)
    __attribute__((warn_unused_result));

#endif
