/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/bucket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "sandbox/cloud/store.h"

void buckets_open(struct buckets *buckets, const char *folder, const char *first)
{
    buckets->folder = store_path(folder, "buckets");
    store_folder(buckets->folder);
    buckets_make(buckets, first);
}

void buckets_close(struct buckets *buckets)
{
    free(buckets->folder);
}

bool buckets_name_is_valid(const char *name)
{
    size_t length = strlen(name);

    return length >= 3 && length <= 63 &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0' && name[0] != '.' &&
           name[0] != '-' && !strstr(name, "..");
}

bool buckets_has(const struct buckets *buckets, const char *name)
{
    OWNED char *path = store_path(buckets->folder, name);

    return buckets_name_is_valid(name) && access(path, F_OK) == 0;
}

bool buckets_make(const struct buckets *buckets, const char *name)
{
    OWNED char *path = store_path(buckets->folder, name);

    return buckets_name_is_valid(name) && (mkdir(path, 0700) == 0 || errno == EEXIST);
}

char *buckets_path(const struct buckets *buckets, const char *bucket, const char *key)
{
    struct text path = TEXT_EMPTY;
    char digest[DIGEST_SIZE];

    if (!buckets_has(buckets, bucket))
        return NULL;
    digest_sha256(key, strlen(key), digest);
    text_printf(&path, "%s/%s/%s", buckets->folder, bucket, digest);
    return text_take(&path);
}

bool buckets_split_url(const char *url, struct text *bucket, struct text *key)
{
    if (strncmp(url, "s3://", 5) != 0)
        return false;
    size_t length = strcspn(url + 5, "/");
    if (!url[5 + length] || !url[5 + length + 1])
        return false;
    text_add(bucket, url + 5, length);
    text_puts(key, url + 5 + length + 1);
    return buckets_name_is_valid(text_get(bucket));
}

char *buckets_path_of_url(const struct buckets *buckets, const char *url)
{
    TEXT struct text bucket = TEXT_EMPTY;
    TEXT struct text key = TEXT_EMPTY;

    if (!buckets_split_url(url, &bucket, &key))
        return NULL;
    return buckets_path(buckets, text_get(&bucket), text_get(&key));
}
