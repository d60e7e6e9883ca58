/* SPDX-License-Identifier: Apache-2.0 */
/* What session.c and request.c share. */
#ifndef AWS_SESSION_PRIVATE_H
#define AWS_SESSION_PRIVATE_H

#include "aws/source.h"

struct aws_session {
    char *region, *ca_file;
    char *endpoint;         /* for every service, given by an option; NULL: none */
    char *profile_endpoint; /* the profile's for every service */
    char *profile_services; /* the profile's [services NAME]; see session.c */
    struct aws_profile_file *config;
    struct aws_source *source;
    struct aws_http *http;
    const volatile sig_atomic_t *interrupted;
    unsigned attempts;
    long answer_ms; /* 0: the usual */
    long long retry_base_ms;
    long long skew_ms; /* of AWS's clock; where knows_skew */
    bool knows_skew;
};

/* Where requests of this service go: an endpoint URL, or https:// and the host as struct aws_request has it;
 * region NULL: the session's. The path ends without a slash. False with a sentence. */
bool aws_session_url(const struct aws_session *session, const char *service, const char *host,
                     const char *region, struct aws_url *out, struct text *why);

#endif
