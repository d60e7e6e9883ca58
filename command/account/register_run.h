/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways of expresslink-claim account register share: running, opening the account, and reporting. */
#ifndef COMMAND_ACCOUNT_REGISTER_RUN_H
#define COMMAND_ACCOUNT_REGISTER_RUN_H

#include "account/enrolment/enrolment.h"
#include "account/setup/setup.h"
#include "command/account/register_arguments.h"
#include "command/account/report.h"

/* Opens session and account, calls work, closes them, and ends the report. arguments->report is set
 * meanwhile. Returns the exit status. */
int register_run(struct register_arguments *arguments,
                 int (*work)(const struct register_arguments *arguments, const struct oem_account *account));

/* Reports a file that cannot be read or has the wrong content; why names it. Returns the exit status. */
int register_bad_file(const struct register_arguments *arguments, const char *path, const char *why);

/* Reads the ATS endpoint and prints it between before ("Devices connect to ") and after. If that fails,
 * prints the reason and how to find it. */
void register_say_endpoint(const struct register_arguments *arguments, const struct oem_account *account,
                           const char *before, const char *after);

/* For the ways that register devices by their certificates: `certificate` and `batch`. */

/* Returns COMMAND_DONE with *out set, or the exit status after it has printed the error. Prints what was
 * missing in the account and was made (or would be). */
int register_open(const struct register_arguments *arguments, const struct oem_account *account,
                  struct enroller **out);

/* For the ways that change the account as account apply does: show, ask, change. */

/* Shows the changes, asks unless --yes, and makes them. Returns the exit status. *done: the account is as
 * wanted (false after --dry-run, or if the user declined). */
int register_set_up(const struct register_arguments *arguments, const struct oem_account *account,
                    const struct setup_options *options, bool *done);

/* Returns name, thing type, groups and attributes from the command line. */
struct setup_options register_setup_options(const struct register_arguments *arguments);

#endif
