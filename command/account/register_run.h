/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways of expresslink-claim account register share: how one runs, what it opens, and what it tells.
 */
#ifndef COMMAND_ACCOUNT_REGISTER_RUN_H
#define COMMAND_ACCOUNT_REGISTER_RUN_H

#include "account/enrolment/enrolment.h"
#include "account/setup/setup.h"
#include "command/account/register_arguments.h"
#include "command/account/report.h"

/* Opens session and account, calls work, closes them, and ends the report (arguments->report, which is there
 * meanwhile). The exit status. */
int register_run(struct register_arguments *arguments,
                 int (*work)(const struct register_arguments *arguments, const struct oem_account *account));

/* A file that could not be read, or holds something else; why names it. The exit status. */
int register_bad_file(const struct register_arguments *arguments, const char *path, const char *why);

/* Asks for the ATS endpoint and tells it with words before ("Devices connect to ") and after it; where it
 * cannot be told, says so. */
void register_say_endpoint(const struct register_arguments *arguments, const struct oem_account *account,
                           const char *before, const char *after);

/* For the ways that register devices by their certificates: one, and a batch. */

/* The exit status: COMMAND_DONE with *out, or after it has printed why there is none. What is missing in the
 * account and made (or would be) is printed. */
int register_open(const struct register_arguments *arguments, const struct oem_account *account,
                  struct enroller **out);

/* For the ways that change the account as account apply does: shown first, then asked, then done. */

/* Shows what differs, asks unless --yes, and does it. The exit status; *done: the account is as wanted (not
 * after --dry-run, or where it was not wanted). */
int register_set_up(const struct register_arguments *arguments, const struct oem_account *account,
                    const struct setup_options *options, bool *done);

/* Name, thing type, groups and attributes from the command line. */
struct setup_options register_setup_options(const struct register_arguments *arguments);

#endif
