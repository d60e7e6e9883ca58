/* SPDX-License-Identifier: Apache-2.0 */
/* What is needed to ask for credentials: a role's settings, and what requests are made with. */
#ifndef AWS_ASKING_H
#define AWS_ASKING_H

#include <stdatomic.h>

#include "aws/credentials.h"
#include "aws/http.h"

struct aws_role {                   /* owned texts */
    char *arn, *session_name;       /* session_name NULL: one of this program's */
    char *external_id, *duration_s; /* NULL: none */
    char *token_file;               /* of a web identity */
};

struct aws_asking { /* borrowed */
    struct aws_http *http;
    const struct aws_url *sts; /* NULL: sts_problem says why */
    const char *sts_problem;
    const char *region, *ca_file;
    long long retry_base_ms;
    int process_ms; /* how long a program may take */
    const atomic_int *interrupted;
};

#endif
