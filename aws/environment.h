/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of the environment; an empty one is none, as for the AWS CLI. */
#ifndef AWS_ENVIRONMENT_H
#define AWS_ENVIRONMENT_H

#include <stdlib.h>

/* Borrowed; NULL: none. Not while another thread changes the environment. */
static inline const char *aws_variable(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] ? value : NULL;
}

#endif
