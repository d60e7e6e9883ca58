/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of S3: files in the state folder, named by the digest of their key. Any thread. */
#ifndef SANDBOX_CLOUD_BUCKET_H
#define SANDBOX_CLOUD_BUCKET_H

#include <stdbool.h>

#include "base/text.h"

struct buckets {
    char *folder; /* owned */
};

/* first: a bucket that is created if there are none. */
void buckets_open(struct buckets *buckets, const char *folder, const char *first);
void buckets_close(struct buckets *buckets);

bool buckets_name_is_valid(const char *name);
bool buckets_has(const struct buckets *buckets, const char *name);
/* Also returns true if it exists. */
bool buckets_make(const struct buckets *buckets, const char *name);

/* Returns the path of an object, which may not exist; owned. NULL: no such bucket. */
char *buckets_path(const struct buckets *buckets, const char *bucket, const char *key);
/* The same for "s3://bucket/key". */
char *buckets_path_of_url(const struct buckets *buckets, const char *url);
/* Splits a URL. The caller initialises bucket and key. */
bool buckets_split_url(const char *url, struct text *bucket, struct text *key);

#endif
