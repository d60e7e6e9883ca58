/* SPDX-License-Identifier: Apache-2.0 */
/* The IAM role of an import task: AWS IoT Wireless assumes it to read the list from S3, and, if the
 * destination uses it too, to publish what devices send (AWS IoT Wireless, "Prerequisites for bulk
 * provisioning", "Destinations"). Blocks; one thread at a time per session. */
#ifndef SIDEWALK_IMPORT_ROLE_H
#define SIDEWALK_IMPORT_ROLE_H

#include <stdbool.h>

#include "aws/request.h"

enum import_role_state {
    IMPORT_ROLE_TRUSTS,  /* AWS IoT Wireless may assume it */
    IMPORT_ROLE_MISSING, /* there is none of this name */
    IMPORT_ROLE_OTHERS,  /* only others may assume it */
};

struct import_role {
    enum import_role_state state;
    bool ours; /* import_role_create() has made it */
};

/* arn: as import_role_fits() accepts it. AWS_FORBIDDEN: these credentials may not look (iam:GetRole). */
enum aws_error import_role_look(struct aws_session *session, const char *arn, struct import_role *out,
                                struct text *why) __attribute__((warn_unused_result));

/* Makes the role. That it exists already is no error. AWS needs some seconds until services can assume it. */
enum aws_error import_role_create(struct aws_session *session, const char *arn, struct text *why)
    __attribute__((warn_unused_result));

/* Allows the role to read the bucket of file (s3://...), and to publish to topic; NULL: to none. Adds to what
 * it was allowed for other buckets. */
enum aws_error import_role_allow(struct aws_session *session, const char *arn, const char *file,
                                 const char *topic, struct text *why) __attribute__((warn_unused_result));

#endif
