/* SPDX-License-Identifier: Apache-2.0 */
/* The commands for operators: expresslink-portal migrate, backup, restore, erase, export and inventory. Each
 * is a row of a table in operator.c or inventory.c and a file with its name. Main thread only. */
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

#define OPERATOR_COMMANDS 7

/* Their names, options and help. They are run by operator_run(), not by this table. */
extern const struct subcommand operator_commands[OPERATOR_COMMANDS];

struct settings;
struct operation;

/* What a command does, and what it takes besides options. */
struct operator_command {
    int (*run)(const struct settings *, const struct operation *);
    bool takes_file;     /* one argument */
    bool takes_reason;   /* --reason is required */
    bool takes_person;   /* exactly one of --email and --token */
    bool without_config; /* settings are NULL */
    bool reads_names;    /* settings->claim has the staging accounts, as far as they can be read */
};

/* A command with its arguments. Texts are borrowed from the command line. */
struct operation {
    const struct operator_command *command;
    const char *config_path; /* NULL: not given */
    const char *file, *email, *token, *reason;
    bool force, verify, replace, dry_run, strict, json;
};

/* Parses a command; values[0] is its name. Exits if the arguments are wrong (64) or after --help (0). Leaves
 * config_path as it is if there is no --config. */
void operator_parse(int count, char **values, struct operation *out);

/* The same for what follows the name of a command that has commands: its list, and what each does. */
void operator_parse_among(const struct subcommands *commands, const struct operator_command *actions,
                          int count, char **values, struct operation *out);

/* Runs the command. settings: NULL if it works without. Returns the exit status. */
int operator_run(const struct settings *settings, const struct operation *operation);

/* Prints "expresslink-portal: ..." on standard error. Returns EXIT_CANNOT. */
int operator_fail(const char *why);

int operator_migrate(const struct settings *settings, const struct operation *operation);
int operator_backup(const struct settings *settings, const struct operation *operation);
int operator_restore(const struct settings *settings, const struct operation *operation);
int operator_erase(const struct settings *settings, const struct operation *operation);
int operator_export(const struct settings *settings, const struct operation *operation);

#endif
