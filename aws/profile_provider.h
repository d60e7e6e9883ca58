/* SPDX-License-Identifier: Apache-2.0 */
/* Which way a profile of ~/.aws/config and ~/.aws/credentials gets its credentials. Reads files and
 * variables, not the network. One thread. */
#ifndef AWS_PROFILE_PROVIDER_H
#define AWS_PROFILE_PROVIDER_H

#include "aws/profile.h"
#include "aws/provider.h"

struct aws_profile_files { /* borrowed */
    const struct aws_profile_file *config, *credentials;
};

/* As in the AWS SDKs: a role (role_arn) first, then SSO and aws login, keys, credential_process. True: *out
 * is owned, or NULL: the profile has no credentials. False with a sentence that names the file: half of a
 * pair of keys, a role without a source, a circle of source_profile, MFA, an unknown credential_source. */
bool aws_profile_provider(const struct aws_profile_files *files, const char *profile,
                          struct aws_provider **out, struct text *why);

#endif
