/* SPDX-License-Identifier: Apache-2.0 */
/* Command line options and exit statuses shared by every command that calls AWS. */
#ifndef AWS_ARGUMENTS_H
#define AWS_ARGUMENTS_H

#include <getopt.h>
#include <stdbool.h>

#include "aws/request.h"
#include "aws/session.h"

/* Rows for getopt_long(). Their values are above every letter and below 0x2000. */
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
    "  --endpoint-url URL  send requests to this address, not to AWS; default:\n"                            \
    "                      AWS_ENDPOINT_URL\n"                                                               \
    "  --ca-bundle FILE    trust these authorities, not the system's; default:\n"                            \
    "                      AWS_CA_BUNDLE\n"

/* Stores value, borrowed. False: option is not one of them. */
bool aws_arguments_take(struct aws_options *options, int option, const char *value);

/* The exit status of such a command: 0; 77 (sysexits.h: EX_NOPERM) when access is denied or credentials are
 * missing or expired; 130 when interrupted; 69 (EX_UNAVAILABLE) for all other errors. */
int aws_exit_status(enum aws_error error);

#endif
