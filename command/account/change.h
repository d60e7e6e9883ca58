/* SPDX-License-Identifier: Apache-2.0 */
/* A change of the account that somebody has to want: shown, asked for, and done. */
#ifndef COMMAND_ACCOUNT_CHANGE_H
#define COMMAND_ACCOUNT_CHANGE_H

#include "command/account/report.h"

/* Whether what was shown is to be done; otherwise *status is what to exit with. yes: without a question. */
bool account_wanted(struct account_report *report, bool yes, const char *question, int *status);

/* Shows what setup_plan() finds, asks unless yes, and does it; dry_run: shows it alone. The exit status,
 * after all is reported. *out, to be freed, is the setup, NULL where the plan failed; *as_wanted: the account
 * is as the options say now. */
int account_change(struct account_report *report, const struct oem_account *account,
                   const struct setup_options *options, bool yes, bool dry_run, struct setup **out,
                   bool *as_wanted);

#endif
