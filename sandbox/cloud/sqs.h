/* SPDX-License-Identifier: Apache-2.0 */
/* SQS (API of 2012-11-05, JSON protocol): standard queues. With the cloud's lock held, which a long poll
 * releases while it waits. */
#ifndef SANDBOX_CLOUD_SQS_H
#define SANDBOX_CLOUD_SQS_H

#include "sandbox/cloud/cloud.h"

const char *sqs_action(const struct cloud_call *call);
void sqs_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);
/* In the format of SQS. type: "QueueDoesNotExist". */
void sqs_error(struct cloud_answer *answer, unsigned status, const char *type, const char *message);

#endif
