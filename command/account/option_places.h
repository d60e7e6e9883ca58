/* SPDX-License-Identifier: Apache-2.0 */
/* Where the values of a command's options go, as a table: what account and account register have in common.
 */
#ifndef COMMAND_ACCOUNT_OPTION_PLACES_H
#define COMMAND_ACCOUNT_OPTION_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "command/account/things.h"

enum place_kind {
    PLACE_TEXT,   /* const char *: the value, borrowed from the command line */
    PLACE_SWITCH, /* bool: becomes true */
    PLACE_THINGS, /* struct account_things: take() takes the value */
};

struct option_place {
    int option; /* what getopt_long() returns (base/command_table.h) */
    enum place_kind kind;
    size_t offset; /* of the member in the struct of arguments */
    const char *(*take)(struct account_things *things, const char *value); /* PLACE_THINGS */
};

/* Puts the value in its place in `arguments`. False: the option is not in the table. *problem: an error
 * sentence to print before the value; NULL: none. */
bool option_places_take(const struct option_place *places, size_t count, void *arguments, int option,
                        const char *value, const char **problem);

#endif
