/* SPDX-License-Identifier: Apache-2.0 */
/* Verifies Signature Version 4 (IAM User Guide, "Create a signed AWS API request"). signature.c is the only
 * user of OpenSSL here. Any thread. */
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
    SIGNATURE_SQS,
    SIGNATURE_SERVICES
};
/* The service that a request's signature names; returns false and leaves out untouched if it is not one of
 * these. */
bool signature_service(const struct cloud_request *request, enum signature_service *out);

enum signature_error {
    SIGNATURE_OK,
    SIGNATURE_MISSING,    /* not signed at all */
    SIGNATURE_INCOMPLETE, /* Authorization or the date cannot be parsed */
    SIGNATURE_WRONG_SCOPE,
    SIGNATURE_NOT_CURRENT, /* the date is too far from now */
    SIGNATURE_UNSIGNED_HEADER,
    SIGNATURE_MISMATCH,
};

/* What a request says about its signature; strings are owned. */
struct signature {
    char *access_key, *scope; /* scope: such as "20261122/us-east-1/s3/aws4_request" */
    char *signed_headers, *value, *date;
    const char *payload; /* x-amz-content-sha256, borrowed; NULL if missing */
};
void signature_fini(struct signature *signature);

/* Parses Authorization. Initialises out also on errors. */
enum signature_error signature_read(const struct cloud_request *request, struct signature *out);

/* Checks that the signature is for this service, region and time (within this many seconds), and covers host
 * and every x-amz- header. detail: a sentence for the answer. */
enum signature_error signature_check_scope(const struct cloud_request *request,
                                           const struct signature *signature, enum signature_service service,
                                           const char *region, long long now_ms, long long seconds,
                                           struct text *detail);

/* Checks the signature with the key's secret; payload_hash: hex, or the value of x-amz-content-sha256. */
enum signature_error signature_check(const struct cloud_request *request, const struct signature *signature,
                                     enum signature_service service, const char *secret,
                                     const char *payload_hash);

/* Builds the canonical request. Returns false if a signed header is missing, or the query has more than 128
 * fields. */
bool signature_canonical(const struct cloud_request *request, enum signature_service service,
                         const char *signed_headers, const char *payload_hash, struct text *out);

/* Computes the MD5 of a file, as used for S3's ETags. */
void signature_md5_file(const char *path, char out[33]);

#endif
