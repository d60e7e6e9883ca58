/* SPDX-License-Identifier: Apache-2.0 */
/* The check that `check` and `start` make: reads, reports, writes files. Blocks; one thread. */
#ifndef SIDEWALK_COMMAND_CHECK_H
#define SIDEWALK_COMMAND_CHECK_H

#include "sidewalk/command/check_options.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/reconciliation.h"

/* Returns COMMAND_DONE if an import may start, COMMAND_FAILED if it may not; out is filled after both. Any
 * other result: it has printed the error to standard error and changed neither file. Shows progress on
 * standard error if that is a terminal. Stops at interrupt_received. */
enum command_status check_run(const struct check_options *options, struct reconciliation *out)
    __attribute__((warn_unused_result));

#endif
