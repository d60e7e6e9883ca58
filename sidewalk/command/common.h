/* SPDX-License-Identifier: Apache-2.0 */
/* What all subcommands of sidewalk-import share: options, a session with AWS, error messages. */
#ifndef SIDEWALK_COMMAND_COMMON_H
#define SIDEWALK_COMMAND_COMMON_H

#include <stdbool.h>

#include "aws/arguments.h"
#include "aws/request.h"
#include "aws/session.h"
#include "base/subcommand.h"
#include "sidewalk/root_keys.h"

struct common {
    struct aws_options aws; /* borrowed from the command line */
    bool json;
    const char *command; /* such as "start", for "Try sidewalk-import start --help" */
};

/* Rows of a subcommand's table, after its own; their values are above every letter. */
enum common_option { COMMON_JSON = AWS_ARGUMENTS_END };
#define COMMON_OPTIONS                                                                                       \
    {"aws-profile", AWS_ARGUMENT_PROFILE, "NAME",                                                            \
     AWS_ARGUMENT_PROFILE_HELP " (it is not --profile, a device profile of AWS IoT)"},                       \
        AWS_ARGUMENTS_BUT_PROFILE,                                                                           \
    {                                                                                                        \
        "json", COMMON_JSON, NULL, "JSON on standard output, for programs"                                   \
    }

/* Takes the option if it is one of them; then returns true. */
bool common_take(struct common *common, int option, const char *value);

/* Reads the options of a subcommand that has no others; afterwards optind is at the first argument. Returns
 * less than 0 to continue, otherwise the exit status (help was printed, or there was an error). */
int common_take_all(struct common *common, int count, char **values, const struct command_page *page);

/* Prints what and value (may be ""), and how to get help. Returns COMMAND_USAGE. */
int common_usage_error(const struct common *common, const char *what, const char *value);

/* Returns the one argument after the options, a task's id; NULL after it has printed an error. */
const char *common_single_id(const struct common *common, int count, char **values);

/* Returns a session, or NULL after it has printed an error; the exit status is then COMMAND_NO_PERMISSION. */
struct aws_session *common_session(const struct common *common);

/* Prints what failed ("the task could not be started") and why. Returns the exit status for it. */
int common_failed(const struct common *common, enum aws_error error, const char *what, const char *why);

/* Returns false after it has printed an error; the exit status is then COMMAND_NO_INPUT. */
bool common_read_roots(const char *path, struct root_keys *out);

/* Prints an error line for people: "sidewalk-import: " and the text, safe for terminals. */
void common_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Appends a count such as "1,234,567". */
void common_count(unsigned long long count, struct text *out);

#endif
