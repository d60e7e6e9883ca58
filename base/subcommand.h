/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one of a program's subcommands, and prints the help that lists them. Called from main() only. */
#ifndef BASE_SUBCOMMAND_H
#define BASE_SUBCOMMAND_H

#include <stddef.h>

struct subcommand {
    const char *name;
    int (*run)(int count, char **values); /* values[0] is the subcommand's name; returns the exit status */
    const char *help;                     /* one line */
};

struct subcommands {
    const char *program;
    const char *about; /* one sentence */
    const struct subcommand *list;
    size_t count;
};

/* Returns the exit status: the subcommand's, 0 after --help and --version, 64 (sysexits.h: EX_USAGE) if no
 * known subcommand was given. Ignores SIGPIPE: writing to a closed pipe is a write error instead. */
int subcommands_run(const struct subcommands *commands, int count, char **values);

#endif
