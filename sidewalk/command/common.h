/* SPDX-License-Identifier: Apache-2.0 */
/* What every subcommand of sidewalk-import has: options, a session with AWS, words for what went wrong. */
#ifndef SIDEWALK_COMMAND_COMMON_H
#define SIDEWALK_COMMAND_COMMON_H

#include <getopt.h>
#include <stdbool.h>

#include "aws/arguments.h"
#include "aws/request.h"
#include "aws/session.h"

struct common {
    struct aws_options aws; /* borrowed from the command line */
    bool json;
    const char *command; /* "start": for "Try sidewalk-import start --help" */
};

/* Rows for getopt_long(), between a subcommand's own ones and the last; their values are above every letter.
 */
enum common_option { COMMON_JSON = AWS_ARGUMENTS_END };
#define COMMON_OPTIONS                                                                                       \
    AWS_ARGUMENTS,                                                                                           \
    {                                                                                                        \
        "json", no_argument, NULL, COMMON_JSON                                                               \
    }
/* Their lines in --help. */
#define COMMON_HELP                                                                                          \
    AWS_ARGUMENTS_HELP                                                                                       \
    "                      (--aws-profile is not --profile, a device profile of\n"                           \
    "                      AWS IoT)\n"                                                                       \
    "  --json              JSON on standard output, for programs\n"                                          \
    "  --help              print this, and exit\n"

/* True when option is one of them, and taken. */
bool common_take(struct common *common, int option, const char *value);

/* The options of a subcommand that has no others; optind is at the first argument then. Less than 0: go on,
 * otherwise exit with it (help was wanted, or something is not understood). */
int common_take_all(struct common *common, int count, char **values, const char *usage);

/* Prints what and value (may be ""), and where help is. COMMAND_USAGE. */
int common_usage_error(const struct common *common, const char *what, const char *value);

/* The one argument after the options, a task's id; NULL after it has printed why it is not. */
const char *common_single_id(const struct common *common, int count, char **values);

/* NULL after it has printed why; the exit status is then COMMAND_NO_PERMISSION. */
struct aws_session *common_session(const struct common *common);

/* Prints what could not be done ("the task could not be started") and why; the exit status for it. */
int common_failed(const struct common *common, enum aws_error error, const char *what, const char *why);

/* Prints a line for people about an error: "sidewalk-import: " and it, made harmless for terminals. */
void common_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Adds "1,234,567". */
void common_count(unsigned long long count, struct text *out);

#endif
