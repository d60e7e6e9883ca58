/* SPDX-License-Identifier: Apache-2.0 */
/* Command line options and exit statuses shared by every command that calls AWS. */
#ifndef AWS_ARGUMENTS_H
#define AWS_ARGUMENTS_H

#include <stdbool.h>

#include "aws/request.h"
#include "aws/session.h"
#include "base/command_table.h"

/* Rows of a command's table. Their values are above every letter and below 0x2000. */
enum aws_argument {
    AWS_ARGUMENT_PROFILE = 0x1000,
    AWS_ARGUMENT_REGION,
    AWS_ARGUMENT_ENDPOINT_URL,
    AWS_ARGUMENT_CA_BUNDLE,
    AWS_ARGUMENTS_END
};
#define AWS_ARGUMENTS_BUT_PROFILE                                                                            \
    {"region", AWS_ARGUMENT_REGION, "REGION", "default: AWS_REGION, or the AWS profile's"},                  \
        {"endpoint-url", AWS_ARGUMENT_ENDPOINT_URL, "URL",                                                   \
         "send requests to this address, not to AWS; default: AWS_ENDPOINT_URL"},                            \
    {                                                                                                        \
        "ca-bundle", AWS_ARGUMENT_CA_BUNDLE, "FILE",                                                         \
            "trust these authorities, not the system's; default: AWS_CA_BUNDLE"                              \
    }
#define AWS_ARGUMENT_PROFILE_HELP                                                                            \
    "credentials and region of this profile in ~/.aws; default: as the AWS CLI finds them"
#define AWS_ARGUMENTS                                                                                        \
    {"aws-profile", AWS_ARGUMENT_PROFILE, "NAME", AWS_ARGUMENT_PROFILE_HELP}, AWS_ARGUMENTS_BUT_PROFILE

/* Stores value, borrowed. False: option is not one of them. */
bool aws_arguments_take(struct aws_options *options, int option, const char *value);

/* The exit status of such a command: 0; 77 (sysexits.h: EX_NOPERM) when access is denied or credentials are
 * missing or expired; 130 when interrupted; 69 (EX_UNAVAILABLE) for all other errors. */
int aws_exit_status(enum aws_error error);

#endif
