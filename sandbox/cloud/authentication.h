/* SPDX-License-Identifier: Apache-2.0 */
/* Checks who sent a request and its signature. Answers with the errors of each service. With the cloud's lock
 * held. */
#ifndef SANDBOX_CLOUD_AUTHENTICATION_H
#define SANDBOX_CLOUD_AUTHENTICATION_H

#include "sandbox/cloud/cloud.h"

/* digest: of the body as received. On false the answer has the reason. */
bool authenticate(const struct cloud *cloud, const struct cloud_call *call, enum signature_service service,
                  const char *digest, struct cloud_answer *answer);

/* Errors that have a name in each of the three protocols. */
enum refusal {
    REFUSAL_NOT_SIGNED,
    REFUSAL_INCOMPLETE,
    REFUSAL_SCOPE,
    REFUSAL_TIME,
    REFUSAL_UNSIGNED_HEADER,
    REFUSAL_UNKNOWN_KEY,
    REFUSAL_WRONG_TOKEN,
    REFUSAL_EXPIRED,
    REFUSAL_SIGNATURE,
    REFUSAL_BODY,
    REFUSAL_NO_HASH,
    REFUSAL_ACCESS,
    REFUSAL_THROTTLED,
    REFUSAL_INTERNAL,
    REFUSAL_NO_CALL,
    REFUSAL_COUNT,
};
/* detail: replaces the standard message; may be NULL or "". */
void refuse_request(const struct cloud_request *request, enum signature_service service, enum refusal refusal,
                    const char *detail, struct cloud_answer *answer);

#endif
