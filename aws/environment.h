/* SPDX-License-Identifier: Apache-2.0 */
/* Reads environment variables. An empty variable counts as not set, as in the AWS CLI. */
#ifndef AWS_ENVIRONMENT_H
#define AWS_ENVIRONMENT_H

#include <stdlib.h>

/* Borrowed; NULL: not set. Do not call while another thread changes the environment. */
static inline const char *aws_variable(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] ? value : NULL;
}

#endif
