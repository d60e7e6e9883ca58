/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/arguments.h"

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
