/* SPDX-License-Identifier: Apache-2.0 */
/* Import tasks of AWS IoT Core for Amazon Sidewalk (API of AWS IoT Wireless, 2020-11-22). Every call blocks;
 * one thread at a time for a session. */
#ifndef SIDEWALK_IMPORT_TASK_H
#define SIDEWALK_IMPORT_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/request.h"
#include "sidewalk/import_answer.h"

struct import_request {
    const char *destination;
    const char *file;            /* s3://bucket/key, at most 1024 */
    const char *role;            /* ARN, at most 2048 */
    const char *token;           /* ClientRequestToken, at most 64; NULL: none */
    const struct aws_pair *tags; /* ends with a NULL name; NULL: none */
};

/* The body of a start, as it is sent. */
void import_request_json(const struct import_request *request, struct text *out);

/* All: AWS_OK, or why says what AWS said. out is untouched on error. What AWS would refuse anyway is not sent
 * (AWS_REFUSED). Those that change something can be sent again with the same token. */
enum aws_error import_task_start(struct aws_session *session, const struct import_request *request, char **id,
                                 char **arn, struct text *why) __attribute__((warn_unused_result));
/* One device without a list. smsn: 64 hex digits; name may be NULL. */
enum aws_error import_task_start_single(struct aws_session *session, const char *destination,
                                        const char *smsn, const char *name, const char *token, char **id,
                                        char **arn, struct text *why) __attribute__((warn_unused_result));
enum aws_error import_task_get(struct aws_session *session, const char *id, struct import_task *out,
                               struct text *why) __attribute__((warn_unused_result));
/* Adds the devices of another file; only before PENDING. */
enum aws_error import_task_update(struct aws_session *session, const char *id, const char *file,
                                  struct text *why) __attribute__((warn_unused_result));
enum aws_error import_task_delete(struct aws_session *session, const char *id, struct text *why)
    __attribute__((warn_unused_result));
/* Every page; each() may be called before an error. False from each(): enough. */
enum aws_error import_task_list(struct aws_session *session,
                                bool (*each)(void *context, const struct import_task *task), void *context,
                                struct text *why) __attribute__((warn_unused_result));

/* status: "INITIALIZED", "PENDING", "ONBOARDED", "FAILED", or NULL for all. */
enum aws_error import_task_devices(struct aws_session *session, const char *id, const char *status,
                                   bool (*each)(void *context, const struct imported_device *device),
                                   void *context, struct text *why) __attribute__((warn_unused_result));

#endif
