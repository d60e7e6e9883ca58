/* SPDX-License-Identifier: Apache-2.0 */
/* The OEM's AWS account and region, and calls to its AWS IoT and IAM. Open it with oem_account_open(). All
 * AWS calls of this folder go through here. One thread. */
#ifndef ACCOUNT_OEM_ACCOUNT_H
#define ACCOUNT_OEM_ACCOUNT_H

#include "aws/request.h"
#include "aws/session.h"
#include "aws/xml.h"
#include "base/json.h"

#define OEM_ACCOUNT_ID_SIZE 13

struct oem_account {
    struct aws_session *session; /* borrowed */
    char id[OEM_ACCOUNT_ID_SIZE];
    char *caller;          /* ARN of the caller; owned */
    const char *partition; /* "aws", "aws-cn", "aws-us-gov"; static */
};

/* Calls sts:GetCallerIdentity. out is untouched after an error. */
enum aws_error oem_account_open(struct aws_session *session, struct oem_account *out, struct text *why);
void oem_account_fini(struct oem_account *account);

struct iot_call {
    const char *action; /* "iot:RegisterCACertificate": the permission needed; named in every sentence */
    const char *method;
    const char *path;               /* as aws_request has it */
    const struct aws_pair *query;   /* as aws_request has it; may be NULL */
    const cJSON *body;              /* NULL: none; borrowed */
    const struct aws_pair *headers; /* as aws_request has them; may be NULL */
    unsigned attempts;              /* as in aws_request; 0: the default */
};
/* The caller owns *answer, an object even if the body is empty; untouched after an error; may be NULL. why: a
 * sentence that names the action and, if a permission is missing, who lacks it. resource: after AWS_CONFLICT
 * the resourceId of ResourceAlreadyExistsException is added, if any; may be NULL. */
enum aws_error oem_account_iot(const struct oem_account *account, const struct iot_call *call, cJSON **answer,
                               struct text *resource, struct text *why) __attribute__((warn_unused_result));

/* Reads all pages of a list, with marker=<nextMarker> or nextToken=<nextToken>, whichever the answer has.
 * member: the array's name. Calls each() with every item, borrowed; false ends early, with AWS_OK. */
enum aws_error oem_account_list(const struct oem_account *account, const struct iot_call *call,
                                const char *member, bool (*each)(void *context, const cJSON *item),
                                void *context, struct text *why) __attribute__((warn_unused_result));

/* Calls an IAM action ("CreateRole"); parameters end with a NULL name. Answers and errors as in
 * oem_account_iot(); the sentence names "iam:CreateRole". */
enum aws_error oem_account_iam(const struct oem_account *account, const char *action,
                               const struct aws_pair *parameters, struct aws_xml **answer, struct text *why)
    __attribute__((warn_unused_result));

/* Calls an operation of SQS ("CreateQueue"); frees body. Answers and errors as in oem_account_iot(); the
 * sentence names "sqs:CreateQueue". code: the error code, or ""; may be NULL. */
enum aws_error oem_account_sqs(const struct oem_account *account, const char *operation, cJSON *body,
                               cJSON **answer, char code[80], struct text *why)
    __attribute__((warn_unused_result));

/* Adds "arn:aws:iot:<region>:<account>:" and resource ("client/x"). */
void oem_account_arn(const struct oem_account *account, const char *resource, struct text *out);

#endif
