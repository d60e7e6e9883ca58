/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a command's table for getopt_long(3). */
#ifndef BASE_COMMAND_OPTIONS_H
#define BASE_COMMAND_OPTIONS_H

#include <getopt.h>

#include "base/command_table.h"

#define COMMAND_OPTIONS_MAX 64

struct command_options {
    struct option list[COMMAND_OPTIONS_MAX]; /* the options and --help, whose value is 'h'; ends with zeros */
    char letters[2 * COMMAND_OPTIONS_MAX + 2]; /* the short ones, after order */
};

/* The short form of an option, or 0. */
char command_option_letter(const struct command_option *row);

/* order is "", "+" or "-", as getopt(3) has it. Starts getopt from the beginning: a second command line, or
 * the rest of one, can be read. */
void command_options_init(const struct command_page *page, const char *order, struct command_options *out);

/* As getopt_long(3). */
int command_options_next(const struct command_options *options, int count, char **values);

#endif
