/* SPDX-License-Identifier: Apache-2.0 */
/* What a service says when it refuses: REST-JSON (x-amzn-ErrorType, {"message", "__type" or "code"}) or S3's
 * XML (<Error><Code/><Message/></Error>). Pure functions, any thread. */
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
    AWS_REFUSAL_BUSY,    /* the service's own trouble: it may pass */
    AWS_REFUSAL_EXPIRED, /* the credentials have */
    AWS_REFUSAL_CLOCK,   /* the time of the request is wrong, or its signature may be for that reason */
};

/* type: the header, "" when there was none. code: "ValidationException", "" when nothing says it. message is
 * initialised by the caller and gets one clean line of at most AWS_MESSAGE_MAX bytes; nothing where there is
 * none. */
void aws_refusal_read(const char *type, const char *body, size_t length, char code[AWS_CODE_SIZE],
                      struct text *message);

enum aws_refusal aws_refusal_kind(long status, const char *code, const char *message);

#endif
