/* SPDX-License-Identifier: Apache-2.0 */
/* Where the credentials come from, in which order, and when they must be asked for again (session.h has the
 * order). One thread at a time. Nothing here says a secret. */
#ifndef AWS_SOURCE_H
#define AWS_SOURCE_H

#include "aws/credentials.h"
#include "aws/http.h"

struct aws_source_options { /* borrowed; all but credentials_path and config_path may be NULL */
    const char *profile;
    bool profile_is_given; /* by an option: it goes before the environment */
    const char *config_path, *credentials_path;
    const char *ca_file;
    long long retry_base_ms;
};

struct aws_source;
/* Looks at variables and files. NULL with a sentence. No credentials at all is no error yet. */
struct aws_source *aws_source_new(const struct aws_source_options *options, struct text *why);
void aws_source_free(struct aws_source *source); /* NULL is fine */

/* *out is borrowed until the next call. again: what there is was refused as expired; AWS_EXPIRED when the
 * source has nothing newer. */
enum aws_error aws_source_get(struct aws_source *source, struct aws_http *http,
                              const volatile sig_atomic_t *interrupted, bool again,
                              const struct aws_credentials **out, struct text *why)
    __attribute__((warn_unused_result));

#endif
