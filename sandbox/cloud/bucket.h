/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of S3: files in the state folder, by the digest of their key. Any thread. */
#ifndef SANDBOX_CLOUD_BUCKET_H
#define SANDBOX_CLOUD_BUCKET_H

#include <stdbool.h>

#include "base/text.h"

struct buckets {
    char *folder; /* owned */
};

/* first: a bucket that is made when there are none. */
void buckets_open(struct buckets *buckets, const char *folder, const char *first);
void buckets_close(struct buckets *buckets);

bool buckets_name_is_valid(const char *name);
bool buckets_has(const struct buckets *buckets, const char *name);
/* True also when it was there. */
bool buckets_make(const struct buckets *buckets, const char *name);

/* Where an object is, whether it is there or not; owned. NULL: no such bucket. */
char *buckets_path(const struct buckets *buckets, const char *bucket, const char *key);
/* Of "s3://bucket/key". */
char *buckets_path_of_url(const struct buckets *buckets, const char *url);
/* Its parts, initialised by the caller. */
bool buckets_split_url(const char *url, struct text *bucket, struct text *key);

#endif
