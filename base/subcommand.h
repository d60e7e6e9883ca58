/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one of a program's subcommands, prints the help that lists them, and says what is wrong with
 * arguments. One thread. */
#ifndef BASE_SUBCOMMAND_H
#define BASE_SUBCOMMAND_H

#include "base/command_help.h"
#include "base/command_options.h"
#include "base/command_table.h"

/* Called from main(). Returns the exit status: the subcommand's, 0 after --help and --version, 64
 * (sysexits.h: EX_USAGE) if no known subcommand was given, 74 (EX_IOERR) if standard output could not be
 * written to. Ignores SIGPIPE: writing to a closed pipe is a write error instead. */
int subcommands_run(const struct subcommands *commands, int count, char **values);

/* Prints the help of a program: its own options, if it has any, and its subcommands. Returns the exit status.
 */
int subcommands_help(const struct subcommands *commands);

/* Runs "help [COMMAND]...", "completion SHELL" or "--document-man", which every program has. Returns less
 * than 0 if values[1] is none of them, otherwise the exit status. */
int subcommands_run_builtin(const struct subcommands *commands, int count, char **values);

/* Prints "PROGRAM: what value" and "Try PROGRAM SUBCOMMAND --help" to standard error, made harmless for
 * terminals; subcommand may be several words, what and value "". Returns 64 (EX_USAGE). */
int subcommand_usage_error(const char *program, const char *subcommand, const char *what, const char *value);

#endif
