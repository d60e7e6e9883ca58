/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways share that change the account as account apply does: shown first, then asked, then done. */
#ifndef COMMAND_ACCOUNT_REGISTER_SETUP_H
#define COMMAND_ACCOUNT_REGISTER_SETUP_H

#include "account/setup/setup.h"
#include "command/account/register_arguments.h"

/* Shows what differs, asks unless --yes, and does it. The exit status; *done: the account is as wanted (not
 * after --dry-run, or where it was not wanted). */
int register_set_up(const struct register_arguments *arguments, const struct oem_account *account,
                    const struct setup_options *options, bool *done);

/* Name, thing type, groups and attributes from the command line. */
struct setup_options register_setup_options(const struct register_arguments *arguments);

#endif
