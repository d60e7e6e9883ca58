/* SPDX-License-Identifier: Apache-2.0 */
/* The commands for operators: expresslink-portal migrate, backup, restore, erase and
 * export. Each is a row of the
 * table in operator.c and a file with its name. Main thread only. */
#ifndef SERVER_OPERATOR_OPERATOR_H
#define SERVER_OPERATOR_OPERATOR_H

#include <stdbool.h>

#include "base/command_table.h"
#include "server/settings.h"

/* sysexits.h */
#define EXIT_CHECK 1   /* a check found a problem */
#define EXIT_USAGE 64  /* EX_USAGE */
#define EXIT_CONFIG 78 /* EX_CONFIG */
#define EXIT_CANNOT 69 /* EX_UNAVAILABLE: store, certificates or addresses */

#define OPERATOR_COMMANDS 5

/* Their names, options and help. They are run by operator_run(), not by this table. */
extern const struct subcommand operator_commands[OPERATOR_COMMANDS];

struct operator_command;

/* A command with its arguments. Texts are borrowed from the command line. */
struct operation {
    const struct operator_command *command;
    const char *config_path; /* NULL: not given */
    const char *file, *email, *token;
    bool force, verify;
};

/* Parses a command; values[0] is its name. Exits if the arguments are wrong (64) or after --help (0). Leaves
 * config_path as it is if there is no --config. */
void operator_parse(int count, char **values, struct operation *out);

/* Runs the command. Returns the exit status. */
int operator_run(const struct settings *settings, const struct operation *operation);

/* Prints "expresslink-portal: ..." on standard error. Returns EXIT_CANNOT. */
int operator_fail(const char *why);

int operator_migrate(const struct settings *settings, const struct operation *operation);
int operator_backup(const struct settings *settings, const struct operation *operation);
int operator_restore(const struct settings *settings, const struct operation *operation);
int operator_erase(const struct settings *settings, const struct operation *operation);
int operator_export(const struct settings *settings, const struct operation *operation);

#endif
