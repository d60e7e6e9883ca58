/* SPDX-License-Identifier: Apache-2.0 */
/* What every command which asks AWS has: options, and exit statuses. For the command lines of programs. */
#ifndef AWS_ARGUMENTS_H
#define AWS_ARGUMENTS_H

#include <getopt.h>
#include <stdbool.h>

#include "aws/request.h"
#include "aws/session.h"

/* Rows for getopt_long(); their values are above every letter and below 0x2000. */
enum aws_argument {
    AWS_ARGUMENT_PROFILE = 0x1000,
    AWS_ARGUMENT_REGION,
    AWS_ARGUMENT_ENDPOINT_URL,
    AWS_ARGUMENT_CA_BUNDLE,
    AWS_ARGUMENTS_END
};
#define AWS_ARGUMENTS                                                                                        \
    {"aws-profile", required_argument, NULL, AWS_ARGUMENT_PROFILE},                                          \
        {"region", required_argument, NULL, AWS_ARGUMENT_REGION},                                            \
        {"endpoint-url", required_argument, NULL, AWS_ARGUMENT_ENDPOINT_URL},                                \
    {                                                                                                        \
        "ca-bundle", required_argument, NULL, AWS_ARGUMENT_CA_BUNDLE                                         \
    }
/* Their lines in --help. */
#define AWS_ARGUMENTS_HELP                                                                                   \
    "  --aws-profile NAME  credentials and region of this profile in ~/.aws;\n"                              \
    "                      default: as the AWS CLI finds them\n"                                             \
    "  --region REGION     default: AWS_REGION, or the AWS profile's\n"                                      \
    "  --endpoint-url URL  ask this address instead of AWS; default:\n"                                      \
    "                      AWS_ENDPOINT_URL\n"                                                               \
    "  --ca-bundle FILE    authorities to believe instead of the system's; default:\n"                       \
    "                      AWS_CA_BUNDLE\n"

/* True when option is one of them, and taken; value is borrowed. */
bool aws_arguments_take(struct aws_options *options, int option, const char *value);

/* The exit status of such a command: 0, 77 (sysexits.h: EX_NOPERM) where something is forbidden or
 * credentials are missing or over, 130 after an interruption, 69 (EX_UNAVAILABLE) for all else. */
int aws_exit_status(enum aws_error error);

#endif
