/* SPDX-License-Identifier: Apache-2.0 */
/* What --help prints for each way of expresslink-claim account register. */
#ifndef COMMAND_ACCOUNT_REGISTER_HELP_H
#define COMMAND_ACCOUNT_REGISTER_HELP_H

#include "command/account/register_arguments.h"

const char *register_help(enum register_way way);

#endif
