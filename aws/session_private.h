/* SPDX-License-Identifier: Apache-2.0 */
/* State shared by session.c and request.c. */
#ifndef AWS_SESSION_PRIVATE_H
#define AWS_SESSION_PRIVATE_H

#include <stdatomic.h>

#include "aws/credential_source.h"

struct aws_session {
    bool is_twin; /* all but http is borrowed */
    char *region, *ca_file;
    char *endpoint;         /* for every service, from an option; NULL: none */
    char *profile_endpoint; /* the profile's for every service */
    char *profile_services; /* the profile's [services NAME]; see session.c */
    struct aws_profile_file *config;
    struct aws_credential_source *source;
    struct aws_http *http;
    const atomic_int *interrupted;
    atomic_ulong *throttled; /* counts throttled answers; NULL: none */
    unsigned attempts;
    long answer_ms; /* 0: the default */
    long long retry_base_ms;
    long long skew_ms; /* of AWS's clock; valid if knows_skew */
    bool knows_skew;
};

/* The URL for requests to this service: an endpoint URL, or https:// and the host (see struct aws_request).
 * region NULL: the session's. The path has no final slash. False with a sentence in *why. */
bool aws_session_url(const struct aws_session *session, const char *service, const char *host,
                     const char *region, struct aws_url *out, struct text *why);

#endif
