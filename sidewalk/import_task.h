/* SPDX-License-Identifier: Apache-2.0 */
/* Calls for import tasks of AWS IoT Core for Amazon Sidewalk (API of AWS IoT Wireless, 2020-11-22). Every
 * call blocks; one thread at a time per session. */
#ifndef SIDEWALK_IMPORT_TASK_H
#define SIDEWALK_IMPORT_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/request.h"
#include "sidewalk/import_answer.h"

struct import_request {
    const char *destination;
    const char *file;                    /* s3://bucket/key, at most 1024 characters */
    const char *role;                    /* ARN, at most 2048 characters */
    const char *token;                   /* ClientRequestToken, at most 64 characters; NULL: none */
    const struct aws_pair *tags;         /* ends with a NULL name; NULL: none */
    const char *positioning;             /* "Enabled", "Disabled"; NULL: not given */
    const char *positioning_destination; /* where the devices' places go; NULL: not given */
};

/* Writes the body of a start request. */
void import_request_json(const struct import_request *request, struct text *out);

/* All return AWS_OK, or an error with AWS's message in why and out untouched. Values that AWS would reject
 * are not sent (AWS_REFUSED). Calls that change something can be repeated with the same token. */
enum aws_error import_task_start(struct aws_session *session, const struct import_request *request, char **id,
                                 char **arn, struct text *why) __attribute__((warn_unused_result));
/* Imports one device without a list. smsn: 64 hex digits; name may be NULL. */
enum aws_error import_task_start_single(struct aws_session *session, const char *destination,
                                        const char *smsn, const char *name, const char *token, char **id,
                                        char **arn, struct text *why) __attribute__((warn_unused_result));
enum aws_error import_task_get(struct aws_session *session, const char *id, struct import_task *out,
                               struct text *why) __attribute__((warn_unused_result));
/* Adds the devices of another file; only possible before PENDING. */
enum aws_error import_task_update(struct aws_session *session, const char *id, const char *file,
                                  struct text *why) __attribute__((warn_unused_result));
enum aws_error import_task_delete(struct aws_session *session, const char *id, struct text *why)
    __attribute__((warn_unused_result));
/* Reads all pages; each() may have been called before an error. If each() returns false, reading stops. */
enum aws_error import_task_list(struct aws_session *session,
                                bool (*each)(void *context, const struct import_task *task), void *context,
                                struct text *why) __attribute__((warn_unused_result));

/* status: "INITIALIZED", "PENDING", "ONBOARDED", "FAILED", or NULL for all. */
enum aws_error import_task_devices(struct aws_session *session, const char *id, const char *status,
                                   bool (*each)(void *context, const struct imported_device *device),
                                   void *context, struct text *why) __attribute__((warn_unused_result));

#endif
