/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks AWS, and where: credentials, region, endpoints, as the AWS CLI finds them.
 *
 * Credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; the profile (given, AWS_PROFILE,
 * "default") in AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and AWS_CONFIG_FILE (~/.aws/config); a
 * container's (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN or
 * _TOKEN_FILE). The first source that has some counts; a profile that is named explicitly goes before the
 * environment. Those that expire are asked for again before they do. Region: given, AWS_REGION,
 * AWS_DEFAULT_REGION, the profile's. Endpoint: given, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the
 * profile's endpoint_url; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS as the CLI has it. A session belongs to one
 * thread at a time. */
#ifndef AWS_SESSION_H
#define AWS_SESSION_H

#include <signal.h>
#include <stdbool.h>

#include "base/text.h"

struct aws_options { /* each may be NULL or 0: not given; texts are copied */
    const char *profile;
    const char *region;
    const char *endpoint_url; /* for every service */
    const char *ca_file;      /* authorities to believe instead of the system's; AWS_CA_BUNDLE otherwise */
    const volatile sig_atomic_t *interrupted; /* for every request that names none */
    unsigned retry_base_ms;                   /* what the wait between attempts doubles from; 0: 200 */
    unsigned attempts; /* for every request that names none; 0: AWS_MAX_ATTEMPTS, the profile's, 5 */
    int answer_ms;     /* how long one attempt may take; 0: 60000, and 10000 to connect */
};

struct aws_session;

/* Looks at files and variables, at nothing in the network. NULL with a sentence in *why: a profile that is
 * not there, a file that cannot be read, no region, a source that is not supported (sso, assume_role,
 * credential_process), named with file and line. */
struct aws_session *aws_session_new(const struct aws_options *options, struct text *why);
/* NULL is fine. */
void aws_session_free(struct aws_session *session);

const char *aws_session_region(const struct aws_session *session);

/* What the options had; NULL: nothing. For waits between requests. */
const volatile sig_atomic_t *aws_session_interrupted(const struct aws_session *session);

/* How far AWS's clock was ahead of this machine's at the newest answer, at least, by its Date: what its whole
 * seconds and the time that it took may explain is 0. False, *ms untouched: there was none so far. */
bool aws_session_clock_skew(const struct aws_session *session, long long *ms);

#endif
