/* SPDX-License-Identifier: Apache-2.0 */
/* The commands for operators: expresslink-portal migrate, backup, restore, erase, export and inventory. Each
 * is a row of a table in operator.c or inventory.c and a file with its name. Main thread only. */
#ifndef SERVER_OPERATOR_OPERATOR_H
#define SERVER_OPERATOR_OPERATOR_H

#include "server/operator/operation.h"

#define OPERATOR_COMMANDS 7

/* Their names, options and help. They are run by operator_run(), not by this table. */
extern const struct subcommand operator_commands[OPERATOR_COMMANDS];

/* Parses a command; values[0] is its name. Exits if the arguments are wrong (64) or after --help (0). Leaves
 * config_path as it is if there is no --config. */
void operator_parse(int count, char **values, struct operation *out);

/* Runs the command. settings: NULL if it works without. Returns the exit status. */
int operator_run(const struct settings *settings, const struct operation *operation);

int operator_migrate(const struct settings *settings, const struct operation *operation);
int operator_backup(const struct settings *settings, const struct operation *operation);
int operator_restore(const struct settings *settings, const struct operation *operation);
int operator_erase(const struct settings *settings, const struct operation *operation);
int operator_export(const struct settings *settings, const struct operation *operation);

#endif
