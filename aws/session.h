/* SPDX-License-Identifier: Apache-2.0 */
/* An AWS session: credentials, region and endpoints, found in the same way as the AWS CLI does. Create one
 * with aws_session_new() and pass it to aws_send(). One thread at a time.
 *
 * Credentials come from the first of: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; a web
 * identity (AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_SESSION_NAME); the profile (given,
 * AWS_PROFILE, "default") in AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and AWS_CONFIG_FILE
 * (~/.aws/config): a role, SSO or aws login through the AWS CLI, keys, credential_process
 * (profile_provider.h); a container's endpoint (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI, with
 * AWS_CONTAINER_AUTHORIZATION_TOKEN or _TOKEN_FILE); EC2's instance metadata, version 2
 * (AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_EC2_METADATA_DISABLED). An explicitly named profile precedes the
 * environment. Credentials that expire are renewed five minutes before they do; when that fails, the old ones
 * are used until they expire. Region: given, AWS_REGION, AWS_DEFAULT_REGION, the profile's. Endpoint: given,
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's endpoint_url;
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS works as in the CLI. */
#ifndef AWS_SESSION_H
#define AWS_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/text.h"

struct aws_options { /* each may be NULL or 0: not given; texts are copied */
    const char *profile;
    const char *region;
    const char *endpoint_url;      /* for every service */
    const char *ca_file;           /* trusted authorities instead of the system's; NULL: AWS_CA_BUNDLE */
    const atomic_int *interrupted; /* for requests that set none */
    unsigned retry_base_ms;        /* first delay between attempts, which then doubles; 0: 200 */
    unsigned attempts;             /* for requests that set none; 0: AWS_MAX_ATTEMPTS, the profile's, 5 */
    int process_ms;                /* how long a credential_process may take; 0: 60000 */
    int answer_ms;                 /* time limit of one attempt; 0: 60000, and 10000 to connect */
};

struct aws_session;

/* Reads files and variables, not the network. NULL with a sentence in *why: a missing profile, an unreadable
 * file, no region, a source that is not supported (MFA), named with the file. */
struct aws_session *aws_session_new(const struct aws_options *options, struct text *why);
/* A session like that one for another thread: of its own connections, with the same credentials. throttled
 * (may be NULL, and shared by sessions) counts the answers that ask for fewer requests, also those that a
 * retry follows. Free it before that one. */
struct aws_session *aws_session_twin(const struct aws_session *session, atomic_ulong *throttled);
/* NULL is fine. */
void aws_session_free(struct aws_session *session);

const char *aws_session_region(const struct aws_session *session);

/* The options' flag; NULL: none. Use it for waits between requests. */
const atomic_int *aws_session_interrupted(const struct aws_session *session);

/* How far AWS's clock is ahead of this machine's at least, by the Date of the newest answer. A difference
 * that whole seconds and the round trip explain counts as 0. False, *ms untouched: no answer so far. */
bool aws_session_clock_skew(const struct aws_session *session, long long *ms);

#endif
