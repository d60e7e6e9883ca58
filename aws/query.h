/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's query protocol, which IAM and STS speak: a form is sent, XML comes back. Threads and errors as
 * aws/request.h has them. */
#ifndef AWS_QUERY_H
#define AWS_QUERY_H

#include "aws/request.h"
#include "aws/xml.h"

struct aws_query {
    const char *service, *host, *region; /* as struct aws_request has them */
    const char *version;                 /* of the service's interface: "2010-05-08" */
    const char *action;                  /* "GetRole" */
    const struct aws_pair *parameters;   /* not encoded; end with a NULL name; NULL: none */
};

/* *answer is owned by the caller, and untouched after an error. code: the error's, "NoSuchEntity", or "". */
enum aws_error aws_query(struct aws_session *session, const struct aws_query *query, struct aws_xml **answer,
                         char code[80], struct text *why) __attribute__((warn_unused_result));

#endif
