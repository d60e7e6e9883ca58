/* SPDX-License-Identifier: Apache-2.0 */
/* Calls AWS's query protocol, which IAM and STS use: sends a form, receives XML. Threads and errors: see
 * aws/request.h. */
#ifndef AWS_QUERY_H
#define AWS_QUERY_H

#include "aws/request.h"
#include "aws/xml.h"

struct aws_query {
    const char *service, *host, *region; /* see struct aws_request */
    const char *version;                 /* API version of the service: "2010-05-08" */
    const char *action;                  /* "GetRole" */
    const struct aws_pair *parameters;   /* not encoded; the list ends with a NULL name; NULL: none */
};

/* The caller owns *answer; it is untouched after an error. code: the error code ("NoSuchEntity"), or "". */
enum aws_error aws_query(struct aws_session *session, const struct aws_query *query, struct aws_xml **answer,
                         char code[80], struct text *why) __attribute__((warn_unused_result));

#endif
