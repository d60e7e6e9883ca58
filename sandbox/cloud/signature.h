/* SPDX-License-Identifier: Apache-2.0 */
/* Signature Version 4 from the side that verifies it (IAM User Guide, "Create a signed AWS API request").
 * signature.c is the only user of OpenSSL here. Any thread. */
#ifndef SANDBOX_CLOUD_SIGNATURE_H
#define SANDBOX_CLOUD_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "sandbox/cloud/listener.h"

#define SIGNATURE_SIZE 65 /* hex and a terminator */

enum signature_service {
    SIGNATURE_IOTWIRELESS,
    SIGNATURE_S3,
    SIGNATURE_IOT,
    SIGNATURE_IAM,
    SIGNATURE_STS,
    SIGNATURE_SERVICES
};
/* The service for which a request says that it is signed; out is untouched where it says none that is here.
 */
bool signature_service(const struct cloud_request *request, enum signature_service *out);

enum signature_error {
    SIGNATURE_OK,
    SIGNATURE_MISSING,    /* not signed at all */
    SIGNATURE_INCOMPLETE, /* an Authorization or a date that cannot be read */
    SIGNATURE_WRONG_SCOPE,
    SIGNATURE_NOT_CURRENT, /* the date is too far away */
    SIGNATURE_UNSIGNED_HEADER,
    SIGNATURE_MISMATCH,
};

/* What a request says about its signature; texts owned. */
struct signature {
    char *access_key, *scope; /* scope: "20261122/us-east-1/s3/aws4_request" */
    char *signed_headers, *value, *date;
    const char *payload; /* x-amz-content-sha256, borrowed; NULL when it is not there */
};
void signature_fini(struct signature *signature);

/* Reads Authorization. out is initialised also on errors. */
enum signature_error signature_read(const struct cloud_request *request, struct signature *out);

/* Whether it was made for this service, region and time (within so many seconds), and covers host and every
 * x-amz- header. detail: a sentence for the answer. */
enum signature_error signature_check_scope(const struct cloud_request *request,
                                           const struct signature *signature, enum signature_service service,
                                           const char *region, long long now_ms, long long seconds,
                                           struct text *detail);

/* With the key's secret; payload_hash: hex, or what x-amz-content-sha256 says. */
enum signature_error signature_check(const struct cloud_request *request, const struct signature *signature,
                                     enum signature_service service, const char *secret,
                                     const char *payload_hash);

/* The canonical request. False when a signed header is not there, or the query has more than 128 fields. */
bool signature_canonical(const struct cloud_request *request, enum signature_service service,
                         const char *signed_headers, const char *payload_hash, struct text *out);

/* MD5, as S3's ETags are. */
void signature_md5_file(const char *path, char out[33]);

#endif
