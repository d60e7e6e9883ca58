/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads the list of serial numbers to S3. Calls block; one thread at a time per session. */
#ifndef SIDEWALK_UPLOAD_H
#define SIDEWALK_UPLOAD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "aws/request.h"

#define UPLOAD_URL_MAX 1024

/* Parses "s3://bucket/some/key.csv". Returns false with a sentence in *why. The caller initialises bucket and
 * key. */
bool upload_url_parse(const char *url, struct text *bucket, struct text *key, struct text *why);

/* Returns the digest (hex) and length of a file; false with a sentence in *why on error, and for a device's
 * own file (device_file.h), which is never sent. */
bool upload_digest(const char *path, unsigned long long *length, char sha256[65], struct text *why);

#define UPLOAD_REGION_SIZE 40

/* Asks S3 for the bucket of such an address. region: where it is, also if that is not the session's; "": not
 * told. AWS_NOT_FOUND: there is none. AWS_FORBIDDEN: it belongs to others, or s3:ListBucket is not allowed.
 */
enum aws_error upload_find_bucket(struct aws_session *session, const char *url,
                                  char region[UPLOAD_REGION_SIZE], struct text *why)
    __attribute__((warn_unused_result));

/* Reads the file twice: for its digest, and to send it. sha256: of the bytes sent, in hex. progress may be
 * NULL. S3 verifies the digest of what it receives. A bucket in another region than the session's is found.
 * If the file cannot be read, or changes in between, the result is AWS_UNREADABLE and S3 does not keep it. */
enum aws_error upload_file(struct aws_session *session, const char *path, const char *url,
                           void (*progress)(void *context, unsigned long long sent, unsigned long long all),
                           void *context, const atomic_int *interrupted, char sha256[65], struct text *why)
    __attribute__((warn_unused_result));

#endif
