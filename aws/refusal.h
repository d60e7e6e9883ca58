/* SPDX-License-Identifier: Apache-2.0 */
/* Parses and classifies the error responses of AWS services: REST-JSON (x-amzn-ErrorType, {"message",
 * "__type" or "code"}) or S3's XML (<Error><Code/><Message/></Error>). Pure functions, any thread. */
#ifndef AWS_REFUSAL_H
#define AWS_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define AWS_CODE_SIZE 80
#define AWS_MESSAGE_MAX 2000

enum aws_refusal {
    AWS_REFUSAL_FINAL,
    AWS_REFUSAL_THROTTLED,
    AWS_REFUSAL_BUSY,    /* an error inside the service, maybe temporary */
    AWS_REFUSAL_EXPIRED, /* the credentials have expired */
    AWS_REFUSAL_CLOCK,   /* the request's time is wrong, or its signature may be wrong because of that */
};

/* type: the header, or "". code: "ValidationException", or "". The caller initialises message; the function
 * adds one clean line of at most AWS_MESSAGE_MAX bytes, or nothing. */
void aws_refusal_read(const char *type, const char *body, size_t length, char code[AWS_CODE_SIZE],
                      struct text *message);

/* A missing permission, and neither a wrong key nor a wrong clock. The status is 400, 401 or 403, according
 * to the protocol. */
bool aws_refusal_is_permission(const char *code);

enum aws_refusal aws_refusal_kind(long status, const char *code, const char *message);

#endif
