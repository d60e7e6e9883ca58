/* SPDX-License-Identifier: Apache-2.0 */
/* Receives and deletes messages of an SQS queue (API of 2012-11-05, JSON protocol). A message that is
 * received and not deleted comes again after the queue's visibility timeout; each may come more than once in
 * any case. Threads, retries and errors: see aws/request.h. */
#ifndef AWS_SQS_H
#define AWS_SQS_H

#include "aws/request.h"
#include "base/json.h"

#define AWS_SQS_BATCH 10 /* messages in a call */
#define AWS_SQS_WAIT_MAX_S 20

struct aws_sqs_message {
    const char *id;      /* the same each time it comes */
    const char *receipt; /* another one each time; the last one deletes it */
    const char *body;
    long long sent_ms; /* when it came into the queue, by AWS's clock; 0: not known */
};

/* All zeros: none. The texts belong to `answer`. */
struct aws_sqs_messages {
    struct aws_sqs_message list[AWS_SQS_BATCH];
    size_t count;
    cJSON *answer;
};
void aws_sqs_messages_fini(struct aws_sqs_messages *messages);

/* Waits up to wait_s for messages (0 to AWS_SQS_WAIT_MAX_S; 0 asks only a part of the service's machines, and
 * may miss some). Ends within a second after *interrupted becomes non-zero; messages on their way then come
 * again. *out is untouched after an error. code: the error code, or "". why: see aws_json_call(). */
enum aws_error aws_sqs_receive(struct aws_session *session, const char *queue_url, unsigned wait_s,
                               const atomic_int *interrupted, struct aws_sqs_messages *out, char code[80],
                               struct text *why) __attribute__((warn_unused_result));

/* Tries whether messages can be received, and withholds none from others. */
enum aws_error aws_sqs_try(struct aws_session *session, const char *queue_url, char code[80],
                           struct text *why) __attribute__((warn_unused_result));

enum aws_sqs_deletion {
    AWS_SQS_DELETED,
    AWS_SQS_DELETE_AGAIN, /* the service failed; try again */
    AWS_SQS_DELETE_NEVER, /* the receipt is not valid any more: the message comes again */
};

/* Deletes count messages (1 to AWS_SQS_BATCH) by their receipts. deletions: of each, also after an error. */
enum aws_error aws_sqs_delete(struct aws_session *session, const char *queue_url, const char *const *receipts,
                              size_t count, const atomic_int *interrupted, enum aws_sqs_deletion *deletions,
                              struct text *why) __attribute__((warn_unused_result));

/* For calls of other operations: service, host, prefix and version of SQS. */
#define AWS_SQS_SERVICE "sqs"
#define AWS_SQS_HOST "sqs.%s.amazonaws.com"
#define AWS_SQS_PREFIX "AmazonSQS"
#define AWS_SQS_VERSION "1.0"

#endif
