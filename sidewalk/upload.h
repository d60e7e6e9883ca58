/* SPDX-License-Identifier: Apache-2.0 */
/* The list of serial numbers on its way to S3. Blocks; one thread at a time for a session. */
#ifndef SIDEWALK_UPLOAD_H
#define SIDEWALK_UPLOAD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "aws/request.h"

#define UPLOAD_URL_MAX 1024

/* "s3://bucket/some/key.csv". False with a sentence in *why. bucket and key are initialised by the caller. */
bool upload_url_parse(const char *url, struct text *bucket, struct text *key, struct text *why);

/* Digest (hex) and length of a file; false with a sentence in *why. */
bool upload_digest(const char *path, unsigned long long *length, char sha256[65], struct text *why);

/* The file is read twice: for its digest, and to be sent. sha256: of what was sent, hex. progress may be
 * NULL. A file that cannot be read, or changes in between, is AWS_UNREADABLE; S3 does not get it then. */
enum aws_error upload_file(struct aws_session *session, const char *path, const char *url,
                           void (*progress)(void *context, unsigned long long sent, unsigned long long all),
                           void *context, const atomic_int *interrupted, char sha256[65],
                           struct text *why) __attribute__((warn_unused_result));

#endif
