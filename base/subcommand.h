/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that are called with a subcommand: choosing it, and the help over all of them. For main() alone.
 */
#ifndef BASE_SUBCOMMAND_H
#define BASE_SUBCOMMAND_H

#include <stddef.h>

struct subcommand {
    const char *name;
    int (*run)(int count, char **values); /* values[0] is the subcommand's name; gives the exit status */
    const char *help;                     /* one line */
};

struct subcommands {
    const char *program;
    const char *about; /* a sentence */
    const struct subcommand *list;
    size_t count;
};

/* The exit status: the subcommand's, 0 after --help and --version, 64 (sysexits.h: EX_USAGE) where none is
 * meant. Ignores SIGPIPE: a reader that has gone is an error of the write. */
int subcommands_run(const struct subcommands *commands, int count, char **values);

#endif
