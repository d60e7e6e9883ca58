/* SPDX-License-Identifier: Apache-2.0 */
/* The S3 calls that a batch needs, with path-style addresses: buckets, objects, and multipart uploads. With
 * the cloud's lock held. */
#ifndef SANDBOX_CLOUD_S3_H
#define SANDBOX_CLOUD_S3_H

#include "sandbox/cloud/cloud.h"

/* Returns the action that the caller needs, such as "s3:PutObject". NULL: an unknown call. */
const char *s3_action(const struct cloud_call *call);
/* Whether the body is an object, and is written to a file. */
bool s3_has_object(const struct cloud_request *request);

/* The answer to a request that was sent to another region than the bucket's. */
void s3_redirect(const struct cloud_request *request, const char *region, struct cloud_answer *answer);

void s3_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);

#endif
