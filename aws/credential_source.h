/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the credentials, in the order that session.h gives, and renews them in time. Any thread: a lock is
 * held while they are renewed. No function here writes a secret to a log or an error. */
#ifndef AWS_CREDENTIAL_SOURCE_H
#define AWS_CREDENTIAL_SOURCE_H

#include <stdatomic.h>

#include "aws/credentials.h"
#include "aws/http.h"

struct aws_credential_source_options { /* borrowed; all but credentials_path and config_path may be NULL */
    const char *profile;
    bool profile_is_given; /* by an option: it precedes the environment */
    const char *config_path, *credentials_path;
    const char *ca_file;
    const char *region, *sts_url;  /* for roles */
    const char *metadata_endpoint; /* of EC2, the profile's; NULL: none */
    long long retry_base_ms;
    int process_ms; /* how long a credential_process may take; 0: 60000 */
};

struct aws_credential_source;
/* Reads variables and files. NULL with a sentence in *why. Missing credentials are not an error yet. */
struct aws_credential_source *aws_credential_source_new(const struct aws_credential_source_options *options,
                                                        struct text *why);
void aws_credential_source_free(struct aws_credential_source *source); /* NULL is fine */

/* The caller finishes *out, a copy; untouched after an error. rejected: the service reported these as
 * expired; NULL: none. AWS_EXPIRED: the source has no newer ones. */
enum aws_error aws_credential_source_get(struct aws_credential_source *source, struct aws_http *http,
                                         const atomic_int *interrupted,
                                         const struct aws_credentials *rejected, struct aws_credentials *out,
                                         struct text *why) __attribute__((warn_unused_result));

#endif
