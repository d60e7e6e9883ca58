/* SPDX-License-Identifier: Apache-2.0 */
/* One command for operators with its arguments, and what all commands share. Main thread only. */
#ifndef SERVER_OPERATOR_OPERATION_H
#define SERVER_OPERATOR_OPERATION_H

#include <stdbool.h>

#include "base/command_table.h"
#include "server/settings.h"

/* sysexits.h */
#define EXIT_CHECK 1   /* a check found a problem */
#define EXIT_USAGE 64  /* EX_USAGE */
#define EXIT_CONFIG 78 /* EX_CONFIG */
#define EXIT_CANNOT 69 /* EX_UNAVAILABLE: store, certificates or addresses */

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

/* Parses one command of a list; values[0] is its name, and actions says what each of them does. Exits if the
 * arguments are wrong (64) or after --help (0). */
void operation_parse(const struct subcommands *commands, const struct operator_command *actions, int count,
                     char **values, struct operation *out);

/* Prints "expresslink-portal: ..." on standard error. Returns EXIT_CANNOT. */
int operator_fail(const char *why);

#endif
