/* SPDX-License-Identifier: Apache-2.0 */
/* The OEM's AWS account and region, and calls to its AWS IoT. Everything in this room that talks to AWS goes
 * through here. One thread. */
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
    char *caller;          /* ARN of who we are there; owned */
    const char *partition; /* "aws", "aws-cn", "aws-us-gov"; static */
};

/* Asks who we are (sts:GetCallerIdentity). out is untouched after an error. */
enum aws_error oem_account_open(struct aws_session *session, struct oem_account *out, struct text *why);
void oem_account_fini(struct oem_account *account);

struct iot_call {
    const char *action; /* "iot:RegisterCACertificate": what must be allowed; stands in every sentence */
    const char *method;
    const char *path;               /* as aws_request has it */
    const struct aws_pair *query;   /* as aws_request has it; may be NULL */
    const cJSON *body;              /* NULL: none; borrowed */
    const struct aws_pair *headers; /* as aws_request has them; may be NULL */
    unsigned attempts;              /* as aws_request has them; 0: the usual */
};
/* *answer is owned by the caller, an object also where the body is empty; untouched after an error; may be
 * NULL. why: a sentence, which names the action and, where a permission is missing, who lacks it. resource:
 * after AWS_CONFLICT the resourceId of ResourceAlreadyExistsException where it says one is added; may be
 * NULL. */
enum aws_error oem_account_iot(const struct oem_account *account, const struct iot_call *call, cJSON **answer,
                               struct text *resource, struct text *why) __attribute__((warn_unused_result));

/* All pages of a list: the next one is asked for with marker=<nextMarker> or nextToken=<nextToken>, by what
 * the answer has. member is the array's name. each() is given every item, borrowed; false ends it early, with
 * AWS_OK. */
enum aws_error oem_account_list(const struct oem_account *account, const struct iot_call *call,
                                const char *member, bool (*each)(void *context, const cJSON *item),
                                void *context, struct text *why) __attribute__((warn_unused_result));

/* IAM's action ("CreateRole") with these parameters (end with a NULL name). Answers and errors as with
 * oem_account_iot(); what the sentence names is "iam:CreateRole". */
enum aws_error oem_account_iam(const struct oem_account *account, const char *action,
                               const struct aws_pair *parameters, struct aws_xml **answer, struct text *why)
    __attribute__((warn_unused_result));

/* Adds "arn:aws:iot:<region>:<account>:" and resource ("client/x"). */
void oem_account_arn(const struct oem_account *account, const char *resource, struct text *out);

#endif
