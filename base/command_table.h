/* SPDX-License-Identifier: Apache-2.0 */
/* What a program's commands are and take, written once. Parsing (command_options.h), --help (command_help.h),
 * the completion of shells (completion.h) and the manual page (manual.h) are made of it. */
#ifndef BASE_COMMAND_TABLE_H
#define BASE_COMMAND_TABLE_H

#include <stddef.h>

struct command_option {
    const char *name;        /* without --; NULL: help is a heading of the rows that follow */
    int value;               /* what getopt_long() returns; a letter is the short option, too */
    const char *placeholder; /* "FILE"; "a|b|c": one of these words; NULL: the option takes no value */
    const char *help; /* begins in lower case and ends without a full stop; of any length; NULL: for tests,
                         not shown */
};

/* The texts are paragraphs of any length, with an empty line between two. A line that begins with a space is
 * printed as it is. */
struct command_page {
    const char *name;     /* in full: "expresslink-claim account apply" */
    const char *synopsis; /* what follows the name: "[OPTION]... FILE"; a line for each way to call it */
    const char *about;
    const struct command_option *options; /* without --help, which every command has */
    size_t option_count;
    const char *notes;       /* after the options; NULL: none */
    const char *examples;    /* a line each, with the program's name; NULL: none */
    const char *exit_status; /* "0 sent, 64 wrong arguments"; NULL: none */
};

struct subcommand {
    const char *name;
    int (*run)(int count, char **values); /* values[0] is the subcommand's name; returns the exit status */
    const char *help;                     /* one line */
    const struct command_page *page;      /* NULL where it has subcommands */
    const struct subcommands *list;       /* its subcommands; NULL: none */
};

struct subcommands {
    const char *program; /* "expresslink-claim", "expresslink-claim account" */
    const char *about;   /* one sentence */
    const struct subcommand *list;
    size_t count;
    const struct command_page *page; /* of the program without a subcommand; NULL: it needs one */
    int section;                     /* of the manual: 1, or 8 for a system program */
};

#endif
