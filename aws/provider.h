/* SPDX-License-Identifier: Apache-2.0 */
/* One way to get credentials, which can be asked again when they expire. One thread at a time. No function
 * here writes a secret to a log or an error. */
#ifndef AWS_PROVIDER_H
#define AWS_PROVIDER_H

#include "aws/asking.h"

enum aws_provider_kind {
    AWS_PROVIDER_NONE,
    AWS_PROVIDER_KEYS,         /* in variables or in a file */
    AWS_PROVIDER_PROCESS,      /* credential_process */
    AWS_PROVIDER_CLI,          /* what only the AWS CLI can (SSO, aws login): its export-credentials */
    AWS_PROVIDER_ROLE,         /* sts:AssumeRole with the credentials of `base` */
    AWS_PROVIDER_WEB_IDENTITY, /* sts:AssumeRoleWithWebIdentity with a token from a file */
    AWS_PROVIDER_CONTAINER,    /* ECS, EKS */
    AWS_PROVIDER_INSTANCE,     /* EC2 */
};

struct aws_provider { /* all owned; a new one is all zeros */
    enum aws_provider_kind kind;
    struct aws_credentials keys;
    char *command;        /* of PROCESS */
    char *profile, *path; /* whose and which file's; for sentences; may be NULL */
    const char *key;      /* static: the key of the profile that needs the CLI */
    struct aws_role role;
    struct aws_url url; /* of CONTAINER and INSTANCE */
    struct aws_provider *base;
};
void aws_provider_free(struct aws_provider *provider); /* NULL is fine */

/* *out: owned by the caller. False with a sentence in *why. */
bool aws_provider_get(const struct aws_provider *provider, const struct aws_asking *asking,
                      struct aws_credentials *out, struct text *why);

#endif
