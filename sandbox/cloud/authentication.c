/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/authentication.h"

#include <string.h>

#include "base/clock.h"
#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/s3.h"
#include "sandbox/cloud/sqs.h"

#define USUAL_SECONDS (5 * 60)
#define S3_SECONDS (15 * 60)

struct words {
    unsigned json_status, s3_status, query_status;
    const char *json_type, *s3_code, *query_code, *message;
};

static const struct words words[REFUSAL_COUNT] = {
    [REFUSAL_NOT_SIGNED] = {403, 403, 403, "MissingAuthenticationTokenException", "AccessDenied",
                            "MissingAuthenticationToken", "Missing Authentication Token"},
    [REFUSAL_INCOMPLETE] =
        {403, 400, 400, "IncompleteSignatureException", "AuthorizationHeaderMalformed", "IncompleteSignature",
         "The authorization header is not complete: Credential, SignedHeaders, Signature and X-Amz-Date "
         "are required."},
    [REFUSAL_SCOPE] = {403, 400, 403, "InvalidSignatureException", "AuthorizationHeaderMalformed",
                       "SignatureDoesNotMatch", "The scope is wrong."},
    [REFUSAL_TIME] = {403, 403, 403, "InvalidSignatureException", "RequestTimeTooSkewed",
                      "SignatureDoesNotMatch", "The time is wrong."},
    [REFUSAL_UNSIGNED_HEADER] = {403, 403, 403, "InvalidSignatureException", "AccessDenied",
                                 "SignatureDoesNotMatch",
                                 "There were headers present in the request which were not signed"},
    [REFUSAL_UNKNOWN_KEY] = {403, 403, 403, "UnrecognizedClientException", "InvalidAccessKeyId",
                             "InvalidClientTokenId",
                             "The security token included in the request is invalid."},
    [REFUSAL_WRONG_TOKEN] = {403, 400, 403, "UnrecognizedClientException", "InvalidToken",
                             "InvalidClientTokenId",
                             "The security token included in the request is invalid."},
    [REFUSAL_EXPIRED] = {403, 400, 403, "ExpiredTokenException", "ExpiredToken", "ExpiredToken",
                         "The security token included in the request is expired"},
    [REFUSAL_SIGNATURE] =
        {403, 403, 403, "InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch",
         "The request signature we calculated does not match the signature you provided. Check your "
         "AWS Secret Access Key and signing method."},
    [REFUSAL_BODY] = {400, 400, 400, "SerializationException", "XAmzContentSHA256Mismatch", "MalformedInput",
                      "The provided 'x-amz-content-sha256' header does not match what was computed."},
    [REFUSAL_NO_HASH] = {400, 400, 400, "SerializationException", "MissingSecurityHeader", "MalformedInput",
                         "Your request was missing a required header: x-amz-content-sha256"},
    [REFUSAL_ACCESS] = {403, 403, 403, "AccessDeniedException", "AccessDenied", "AccessDenied",
                        "Access Denied"},
    [REFUSAL_THROTTLED] = {429, 503, 400, "ThrottlingException", "SlowDown", "Throttling", "Rate exceeded"},
    [REFUSAL_INTERNAL] = {500, 500, 500, "InternalServerException", "InternalError", "InternalFailure",
                          "We encountered an internal error. Please try again."},
    [REFUSAL_NO_CALL] = {404, 501, 400, "UnknownOperationException", "NotImplemented", "InvalidAction",
                         "The sandbox does not have this call."},
};

void refuse_request(const struct cloud_request *request, enum signature_service service, enum refusal refusal,
                    const char *detail, struct cloud_answer *answer)
{
    const struct words *chosen = &words[refusal];
    const char *message = detail && *detail ? detail : chosen->message;

    if (service == SIGNATURE_S3)
        answer_xml_error(answer, chosen->s3_status, chosen->s3_code, message, request->path);
    else if (service == SIGNATURE_IAM || service == SIGNATURE_STS)
        answer_query_error(answer, chosen->query_status, chosen->query_code, message);
    else if (service == SIGNATURE_SQS)
        sqs_error(answer, refusal == REFUSAL_INTERNAL ? 500 : 400,
                  refusal == REFUSAL_THROTTLED ? "RequestThrottled" : chosen->json_type, message);
    else if (service == SIGNATURE_IOT)
        answer_iot_error(answer, chosen->json_status,
                         refusal == REFUSAL_INTERNAL ? "InternalFailureException" : chosen->json_type,
                         message, NULL, NULL);
    else
        answer_json_error(answer, chosen->json_status, chosen->json_type, message, NULL, NULL);
}

static const enum refusal refusals[] = {
    [SIGNATURE_MISSING] = REFUSAL_NOT_SIGNED,
    [SIGNATURE_INCOMPLETE] = REFUSAL_INCOMPLETE,
    [SIGNATURE_WRONG_SCOPE] = REFUSAL_SCOPE,
    [SIGNATURE_NOT_CURRENT] = REFUSAL_TIME,
    [SIGNATURE_UNSIGNED_HEADER] = REFUSAL_UNSIGNED_HEADER,
    [SIGNATURE_MISMATCH] = REFUSAL_SIGNATURE,
};

static bool is_token_right(const struct cloud_request *request, const struct credential *credential)
{
    const char *token = cloud_request_header(request, "X-Amz-Security-Token");

    if (!credential->token)
        return token == NULL;
    return token && strcmp(token, credential->token) == 0;
}

/* Returns what the canonical request has for the body. S3 signs the header's value, which may say that the
 * body is not signed; it is compared with the body afterwards. */
static bool payload_hash(const struct signature *signature, enum signature_service service,
                         const char *digest, const char **out, enum refusal *refusal)
{
    const char *header = signature->payload;

    *out = digest;
    if (service != SIGNATURE_S3)
        return true;
    *out = header;
    *refusal = !header ? REFUSAL_NO_HASH : REFUSAL_BODY;
    if (!header)
        return false;
    return strcmp(header, "UNSIGNED-PAYLOAD") == 0 ||
           strcmp(header, "STREAMING-UNSIGNED-PAYLOAD-TRAILER") == 0 || strcasecmp(header, digest) == 0;
}

static bool check(const struct cloud *cloud, const struct cloud_call *call, enum signature_service service,
                  const char *digest, const struct signature *signature, enum refusal *refusal,
                  struct text *detail)
{
    const struct credential *credential = credentials_find(&cloud->credentials, signature->access_key);
    long long now = clock_wall_ms();
    const char *hash;

    bool elsewhere = service == SIGNATURE_S3 && *cloud->faults.bucket_region;
    enum signature_error error = signature_check_scope(
        call->request, signature, service, elsewhere ? cloud->faults.bucket_region : ARN_REGION, now,
        service == SIGNATURE_S3 ? S3_SECONDS : USUAL_SECONDS, detail);
    *refusal = refusals[error];
    if (error)
        return false;
    *refusal = REFUSAL_UNKNOWN_KEY;
    if (!credential)
        return false;
    *refusal = REFUSAL_WRONG_TOKEN;
    if (!is_token_right(call->request, credential))
        return false;
    *refusal = REFUSAL_EXPIRED;
    if (credential_has_expired(credential, now))
        return false;
    bool body_fits = payload_hash(signature, service, digest, &hash, refusal);
    if (!hash)
        return false;
    if (signature_check(call->request, signature, service, credential->secret_key, hash)) {
        *refusal = REFUSAL_SIGNATURE;
        return false;
    }
    return body_fits;
}

bool authenticate(const struct cloud *cloud, const struct cloud_call *call, enum signature_service service,
                  const char *digest, struct cloud_answer *answer)
{
    TEXT struct text detail = TEXT_EMPTY;
    struct signature signature;
    enum signature_error error = signature_read(call->request, &signature);
    enum refusal refusal = refusals[error];

    bool fine = !error && check(cloud, call, service, digest, &signature, &refusal, &detail);
    if (!fine && refusal == REFUSAL_SCOPE && service == SIGNATURE_S3 && *cloud->faults.bucket_region)
        s3_redirect(call->request, cloud->faults.bucket_region, answer);
    else if (!fine)
        refuse_request(call->request, service, refusal, text_get(&detail), answer);
    signature_fini(&signature);
    return fine;
}
