/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/message.h"

const char *aws_error_name(enum aws_error error)
{
    static const char *const names[] = {
        [AWS_OK] = "ok",
        [AWS_REFUSED] = "refused",
        [AWS_FORBIDDEN] = "forbidden",
        [AWS_NOT_FOUND] = "not_found",
        [AWS_CONFLICT] = "conflict",
        [AWS_BAD_ANSWER] = "bad_answer",
        [AWS_THROTTLED] = "throttled",
        [AWS_UNAVAILABLE] = "unavailable",
        [AWS_UNREACHABLE] = "unreachable",
        [AWS_UNREADABLE] = "unreadable",
        [AWS_NO_CREDENTIALS] = "no_credentials",
        [AWS_EXPIRED] = "expired",
        [AWS_INTERRUPTED] = "interrupted",
    };

    return (size_t)error < sizeof names / sizeof *names && names[error] ? names[error] : "unknown";
}

void aws_response_fini(struct aws_response *response)
{
    text_fini(&response->body);
    text_fini(&response->message);
}
