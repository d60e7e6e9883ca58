/* SPDX-License-Identifier: Apache-2.0 */
/* IAM (API of 2010-05-08): roles and the managed policies attached to them. With the cloud's lock held. */
#ifndef SANDBOX_CLOUD_IAM_H
#define SANDBOX_CLOUD_IAM_H

#include "sandbox/cloud/cloud.h"

const char *iam_action(const struct cloud_call *call);
void iam_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);

#endif
