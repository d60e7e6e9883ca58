/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of S3 that a batch needs, by path style: buckets, objects, and uploads in parts. With the cloud's
 * lock held. */
#ifndef SANDBOX_CLOUD_S3_H
#define SANDBOX_CLOUD_S3_H

#include "sandbox/cloud/cloud.h"

/* The action that the caller must be allowed: "s3:PutObject". NULL: no call that is known here. */
const char *s3_action(const struct cloud_call *call);
/* Whether the body is an object, and goes to a file. */
bool s3_has_object(const struct cloud_request *request);

void s3_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);

#endif
