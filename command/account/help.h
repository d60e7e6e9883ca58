/* SPDX-License-Identifier: Apache-2.0 */
/* What --help prints for expresslink-claim account apply, show, remove and certificate. */
#ifndef COMMAND_ACCOUNT_HELP_H
#define COMMAND_ACCOUNT_HELP_H

#include "command/account/arguments.h"

const char *account_help(enum account_action action);

#endif
