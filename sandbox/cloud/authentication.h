/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks, and whether it is signed rightly, in the words of each service. With the cloud's lock held.
 */
#ifndef SANDBOX_CLOUD_AUTHENTICATION_H
#define SANDBOX_CLOUD_AUTHENTICATION_H

#include "sandbox/cloud/cloud.h"

/* digest: of the body as it came. False: the answer says why not. */
bool authenticate(const struct cloud *cloud, const struct cloud_call *call, enum signature_service service,
                  const char *digest, struct cloud_answer *answer);

/* An error that has a name in each of the three protocols. */
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
/* detail: instead of the usual sentence; may be NULL or "". */
void refuse_request(const struct cloud_request *request, enum signature_service service, enum refusal refusal,
                    const char *detail, struct cloud_answer *answer);

#endif
