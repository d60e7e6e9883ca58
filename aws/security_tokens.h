/* SPDX-License-Identifier: Apache-2.0 */
/* Asks AWS STS for the credentials of a role. One thread. */
#ifndef AWS_SECURITY_TOKENS_H
#define AWS_SECURITY_TOKENS_H

#include "aws/asking.h"

/* sts:AssumeRole, signed with the credentials of base. False with a sentence in *why. */
bool aws_security_tokens_assume(const struct aws_asking *asking, const struct aws_role *role,
                                const struct aws_credentials *base, struct aws_credentials *out,
                                struct text *why);
/* sts:AssumeRoleWithWebIdentity with the token in role->token_file, which is read each time. */
bool aws_security_tokens_exchange(const struct aws_asking *asking, const struct aws_role *role,
                                  struct aws_credentials *out, struct text *why);

#endif
