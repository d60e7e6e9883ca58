/* SPDX-License-Identifier: Apache-2.0 */
/* STS (API of 2011-06-15): the caller's identity. With the cloud's lock held. */
#ifndef SANDBOX_CLOUD_STS_H
#define SANDBOX_CLOUD_STS_H

#include "sandbox/cloud/cloud.h"

/* The caller of all signed requests. */
#define STS_CALLER "arn:aws:iam::" ARN_ACCOUNT ":user/sandbox"

const char *sts_action(const struct cloud_call *call);
void sts_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);

#endif
