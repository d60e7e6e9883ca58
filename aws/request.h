/* SPDX-License-Identifier: Apache-2.0 */
/* One signed request (AWS Signature Version 4) and its answer; http.c sends it and is the only user of
 * libcurl.
 *
 * Asks again after throttling (429, ThrottlingException and its kin), 500, 502, 503, 504, and connections
 * that failed before a whole answer: up to attempts times, waiting a random part of a doubling time, or what
 * Retry-After says (half a minute at most). A request whose answer was lost may have been carried out, and is
 * then carried out again: what must not happen twice needs a client token of its service. Credentials that
 * the service calls expired are asked for again, once. Blocks. Only one thread at a time for a session. */
#ifndef AWS_REQUEST_H
#define AWS_REQUEST_H

#include "aws/message.h"
#include "aws/session.h"

/* out is initialised here, and is to be finished also after an error. why: a sentence for people, with the
 * service's own message and the request id where there are any. */
enum aws_error aws_send(struct aws_session *session, const struct aws_request *request,
                        struct aws_response *out, struct text *why) __attribute__((warn_unused_result));

#endif
