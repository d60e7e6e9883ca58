/* SPDX-License-Identifier: Apache-2.0 */
/* The AWS credentials of several threads: read once, renewed once. Each thread has a session of its own with
 * its own connections, an aws_lease, and asks for it before each call. Any thread. */
#ifndef SERVER_ONBOARDING_AWS_ACCESS_H
#define SERVER_ONBOARDING_AWS_ACCESS_H

#include <stdbool.h>

#include "aws/session.h"

struct aws_access;

/* region: copied; "": as for aws_session_new(). */
struct aws_access *aws_access_new(const char *region);
/* After all leases have ended. NULL is fine. */
void aws_access_free(struct aws_access *access);

/* Files and variables are read again: leases that are asked for from now on have what they say then. */
void aws_access_renew(struct aws_access *access);

struct aws_lease { /* of one thread; start with {0} */
    struct aws_session *session;
    struct aws_source *source;
};

/* Has lease->session with the credentials of the moment. False: there are none, and why says why; blocks on
 * files only. */
bool aws_access_have(struct aws_access *access, struct aws_lease *lease, struct text *why)
    __attribute__((warn_unused_result));
void aws_access_end(struct aws_access *access, struct aws_lease *lease);

#endif
