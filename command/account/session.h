/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are in AWS, for a run of a subcommand of expresslink-claim account. */
#ifndef COMMAND_ACCOUNT_SESSION_H
#define COMMAND_ACCOUNT_SESSION_H

#include "command/account/report.h"

/* Opens session and account, has work do its work, and closes them. The exit status: work's, or that of what
 * was reported. From here on signals only interrupt what waits (base/interrupt.h). context is handed on. */
int account_session(struct account_report *report, const struct aws_options *options,
                    int (*work)(void *context, const struct oem_account *account), void *context);

#endif
