/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways of expresslink-claim account register share: mistakes in arguments, how one runs, and what
 * comes next for a device. */
#ifndef COMMAND_ACCOUNT_REGISTER_REPORT_H
#define COMMAND_ACCOUNT_REGISTER_REPORT_H

#include "command/account/register_arguments.h"
#include "command/account/report.h"

const char *register_way_name(enum register_way way); /* "batch" */

/* Prints what and value (may be ""), and where help is. COMMAND_USAGE. */
int register_usage_error(enum register_way way, const char *what, const char *value);

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

#endif
