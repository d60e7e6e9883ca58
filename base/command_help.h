/* SPDX-License-Identifier: Apache-2.0 */
/* --help: a command's table as text of at most 79 columns. */
#ifndef BASE_COMMAND_HELP_H
#define BASE_COMMAND_HELP_H

#include "base/command_table.h"
#include "base/text.h"

#define COMMAND_HELP_COLUMNS 79

/* Adds the help of one command. */
void command_help_add(const struct command_page *page, struct text *out);

/* Adds the help that lists subcommands. */
void command_help_list(const struct subcommands *commands, struct text *out);

/* Prints the help of one command. Returns the exit status: 0, or 74 (sysexits.h: EX_IOERR) if standard output
 * cannot be written to. */
int command_help(const struct command_page *page);

#endif
