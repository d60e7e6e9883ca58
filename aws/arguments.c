/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/arguments.h"

#include <signal.h>
#include <sysexits.h>

bool aws_arguments_take(struct aws_options *options, int option, const char *value)
{
    switch (option) {
    case AWS_ARGUMENT_PROFILE:
        options->profile = value;
        return true;
    case AWS_ARGUMENT_REGION:
        options->region = value;
        return true;
    case AWS_ARGUMENT_ENDPOINT_URL:
        options->endpoint_url = value;
        return true;
    case AWS_ARGUMENT_CA_BUNDLE:
        options->ca_file = value;
        return true;
    default:
        return false;
    }
}

int aws_exit_status(enum aws_error error)
{
    switch (error) {
    case AWS_OK:
        return EX_OK;
    case AWS_NO_CREDENTIALS:
    case AWS_EXPIRED:
    case AWS_FORBIDDEN:
        return EX_NOPERM;
    case AWS_INTERRUPTED:
        return 128 + SIGINT;
    default:
        return EX_UNAVAILABLE;
    }
}
