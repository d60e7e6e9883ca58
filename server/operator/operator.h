/* SPDX-License-Identifier: Apache-2.0 */
/* Operators' commands: expresslink-portal migrate, backup, restore, erase. Each is a row of the table in
 * operator.c and a file of its name. */
#ifndef SERVER_OPERATOR_OPERATOR_H
#define SERVER_OPERATOR_OPERATOR_H

#include <stdbool.h>
#include <stdio.h>

#include "server/settings.h"

/* sysexits.h */
#define EXIT_CHECK 1   /* what was checked is not as it should be */
#define EXIT_USAGE 64  /* EX_USAGE */
#define EXIT_CONFIG 78 /* EX_CONFIG */
#define EXIT_CANNOT 69 /* EX_UNAVAILABLE: store, certificates or addresses */

struct operator_command;

/* A command as it was typed. Texts are borrowed. */
struct operation {
    const struct operator_command *command;
    const char *config_path; /* NULL: not given */
    const char *file, *email, *token;
    bool force, verify;
};

/* values[0] is the command's name. Does not return where the arguments are wrong (64) or help was asked for
 * (0). config_path stays where the command does not name another. */
void operator_parse(int count, char **values, struct operation *out);

/* Does it; gives the exit status. */
int operator_run(const struct settings *settings, const struct operation *operation);

/* A line for each command. */
void operator_help(FILE *out);

/* "expresslink-portal: ..." on standard error; gives EXIT_CANNOT. */
int operator_complain(const char *why);

int operator_migrate(const struct settings *settings, const struct operation *operation);
int operator_backup(const struct settings *settings, const struct operation *operation);
int operator_restore(const struct settings *settings, const struct operation *operation);
int operator_erase(const struct settings *settings, const struct operation *operation);

#endif
