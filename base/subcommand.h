/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one of a program's subcommands, prints the help that lists them, and says what is wrong with
 * arguments. One thread. */
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

/* Called from main(). Returns the exit status: the subcommand's, 0 after --help and --version, 64
 * (sysexits.h: EX_USAGE) if no known subcommand was given. Ignores SIGPIPE: writing to a closed pipe is a
 * write error instead. */
int subcommands_run(const struct subcommands *commands, int count, char **values);

/* Prints "PROGRAM: what value" and "Try PROGRAM SUBCOMMAND --help" to standard error, made harmless for
 * terminals; subcommand may be several words, what and value "". Returns 64 (EX_USAGE). */
int subcommand_usage_error(const char *program, const char *subcommand, const char *what, const char *value);

#endif
