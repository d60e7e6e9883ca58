/* SPDX-License-Identifier: Apache-2.0 */
/* Sends one signed request (AWS Signature Version 4) and returns the response. Uses aws/http.h, the only user
 * of libcurl.
 *
 * Retries after throttling (429, ThrottlingException and similar codes), 500, 502, 503, 504, and connections
 * that fail before a complete answer: up to `attempts` times. It waits a random part of a doubling delay, or
 * as long as Retry-After says (30 seconds at most). A request whose answer is lost may have been carried out,
 * and a retry carries it out again: use a client token of the service where that must not happen. When the
 * service says that the credentials have expired, it reloads them once. Blocks. One thread at a time for a
 * session. */
#ifndef AWS_REQUEST_H
#define AWS_REQUEST_H

#include "aws/message.h"
#include "aws/session.h"

/* Initialises *out; the caller finishes it, also after an error. why: a sentence for people, with the
 * service's own message and the request id if there are any. */
enum aws_error aws_send(struct aws_session *session, const struct aws_request *request,
                        struct aws_response *out, struct text *why) __attribute__((warn_unused_result));

#endif
