/* SPDX-License-Identifier: Apache-2.0 */
/* Calls AWS's JSON protocol, which SQS uses: posts an object to the service's address, names the operation in
 * X-Amz-Target, receives an object. Threads and retries: see aws/request.h. */
#ifndef AWS_JSON_CALL_H
#define AWS_JSON_CALL_H

#include "aws/request.h"
#include "base/json.h"

struct aws_json_call {
    const char *service, *host, *region; /* see struct aws_request */
    const char *prefix;                  /* of X-Amz-Target: "AmazonSQS" */
    const char *operation;               /* "ReceiveMessage" */
    const char *action;                  /* the permission for it: "sqs:ReceiveMessage" */
    const char *version;                 /* of the protocol: "1.0" */
    const char *caller;                  /* whose permissions count, for people; NULL: "this program's ..." */
    const struct text *body;             /* a JSON object */
    unsigned attempts;                   /* see struct aws_request */
    const atomic_int *interrupted;       /* see struct aws_request */
};

/* The caller owns *answer, an object even if the body is empty; untouched after an error; may be NULL.
 * code: the error code ("QueueDoesNotExist"), or "". why: a sentence that names the operation and, other than
 * those of aws_send(), is the same for the same error each time, so that a caller can tell news from
 * repetition. */
enum aws_error aws_json_call(struct aws_session *session, const struct aws_json_call *call, cJSON **answer,
                             char code[80], struct text *why) __attribute__((warn_unused_result));

/* The body of an answer as an object, as aws_json_call() returns it. */
enum aws_error aws_take_object(const char *action, const struct text *body, cJSON **answer, struct text *why)
    __attribute__((warn_unused_result));

/* What aws_json_call() says of a failed call, for callers of aws_send(): "the permission sqs:ReceiveMessage
 * is missing: allow it to this program's credentials (...)", or "sqs:ReceiveMessage: ...". said: aws_send()'s
 * own sentence, for errors without an answer. */
void aws_explain_failure(const char *action, const char *caller, const struct aws_response *response,
                         const char *said, struct text *why);

#endif
