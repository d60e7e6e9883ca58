/* SPDX-License-Identifier: Apache-2.0 */
/* The ways of expresslink-claim account register, for devices that their users do not claim. values[0] is the
 * way's name; each returns the exit status. */
#ifndef COMMAND_ACCOUNT_REGISTER_H
#define COMMAND_ACCOUNT_REGISTER_H

#include "base/command_table.h"

extern const struct subcommands account_register_commands;

int account_register_command(int count, char **values);

int register_certificate_command(int count, char **values);
int register_batch_command(int count, char **values);
int register_jitr_command(int count, char **values);
int register_fleet_command(int count, char **values);

#endif
