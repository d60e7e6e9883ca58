/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/encoding.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/hex.h"
#include "sidewalk/device_file.h"

#define SCHEME "s3://"
#define BUCKET_MIN 3
#define BUCKET_MAX 63
#define SHA256_BYTES 32
#define PART_SIZE 65536
#define KEPT 32 /* bytes of the part before: longer than the names that are looked for */

static void response_fini(struct aws_response *response)
{
    aws_response_fini(response);
}

#define RESPONSE __attribute__((cleanup(response_fini)))

static bool is_bucket(const char *name, size_t length)
{
    if (length < BUCKET_MIN || length > BUCKET_MAX || name[0] == '.' || name[0] == '-' ||
        name[length - 1] == '.' || name[length - 1] == '-')
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") >= length;
}

static bool is_key(const char *key)
{
    for (const char *at = key; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return false;
    return *key != '\0' && key[strlen(key) - 1] != '/';
}

/* libcurl and servers resolve such segments, which would change the signature. */
static bool has_dots(const char *key)
{
    for (const char *at = key;;) {
        size_t length = strcspn(at, "/");
        if ((length == 1 && at[0] == '.') || (length == 2 && at[0] == '.' && at[1] == '.'))
            return true;
        if (at[length] == '\0')
            return false;
        at += length + 1;
    }
}

bool upload_url_parse(const char *url, struct text *bucket, struct text *key, struct text *why)
{
    const char *name = url + strlen(SCHEME);

    if (strlen(url) > UPLOAD_URL_MAX) {
        text_printf(why, "the file's address has %zu characters, but at most %d are allowed", strlen(url),
                    UPLOAD_URL_MAX);
        return false;
    }
    if (strncmp(url, SCHEME, strlen(SCHEME)) != 0 || strchr(name, '/') == NULL) {
        text_printf(
            why, "\"%.160s\" is not the address of a file in S3: it looks like s3://bucket/folder/list.csv",
            url);
        return false;
    }
    size_t length = strcspn(name, "/");
    if (!is_bucket(name, length)) {
        text_printf(why,
                    "\"%.*s\" is not a valid bucket: a bucket has 3 to 63 lower-case letters, digits, dots "
                    "and dashes",
                    length < 80 ? (int)length : 80, name);
        return false;
    }
    if (!is_key(name + length + 1) || has_dots(name + length + 1)) {
        text_printf(why, "\"%.160s\" has no valid key for a file", url);
        return false;
    }
    text_add(bucket, name, length);
    text_puts(key, name + length + 1);
    return true;
}

/* A list while it is being sent. */
struct upload {
    int fd;
    const char *path;
    struct digest *digest; /* of the bytes read in this attempt */
    unsigned long long done, all;
    char sha256[DIGEST_SIZE]; /* the expected digest */
    bool changed;
    int error; /* errno */
    void (*progress)(void *context, unsigned long long sent, unsigned long long all);
    void *context;
};

static void upload_fini(struct upload *upload)
{
    if (upload->digest != NULL)
        digest_end(upload->digest, NULL);
    if (upload->fd >= 0)
        close(upload->fd);
}

#define UPLOAD __attribute__((cleanup(upload_fini)))

static ssize_t read_again(int fd, char *out, size_t room)
{
    ssize_t got;

    do
        got = read(fd, out, room);
    while (got < 0 && errno == EINTR);
    return got;
}

static bool is_as_before(struct upload *upload)
{
    char now[DIGEST_SIZE], more;

    digest_end(upload->digest, now);
    upload->digest = NULL;
    return strcmp(now, upload->sha256) == 0 && read_again(upload->fd, &more, 1) == 0;
}

/* Holds back the last part if the list has changed: S3 then never receives a complete object. */
static size_t read_part(void *context, char *out, size_t room)
{
    struct upload *upload = context;

    if (upload->done == upload->all)
        return 0;
    if (room > upload->all - upload->done)
        room = (size_t)(upload->all - upload->done);
    ssize_t got = read_again(upload->fd, out, room);
    if (got < 0)
        upload->error = errno;
    if (got <= 0) {
        upload->changed = got == 0;
        return (size_t)-1;
    }
    digest_add(upload->digest, out, (size_t)got);
    upload->done += (unsigned long long)got;
    if (upload->done == upload->all && !is_as_before(upload)) {
        upload->changed = true;
        return (size_t)-1;
    }
    return (size_t)got;
}

static bool rewind_list(void *context)
{
    struct upload *upload = context;

    if (lseek(upload->fd, 0, SEEK_SET) != 0) {
        upload->error = errno;
        return false;
    }
    if (upload->digest != NULL)
        digest_end(upload->digest, NULL);
    upload->digest = digest_begin();
    upload->done = 0;
    return true;
}

static void tell_sent(void *context, unsigned long long sent)
{
    struct upload *upload = context;

    if (upload->progress != NULL)
        upload->progress(upload->context, sent, upload->all);
}

/* Looks for a device's own file, in parts. Without its NULs UTF-16 is as UTF-8. */
struct search {
    char text[KEPT + PART_SIZE];
    size_t length;
    bool found;
};

static void search_part(struct search *search, const char *part, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (part[i] != '\0')
            search->text[search->length++] = part[i];
    search->found = search->found || device_file_is_in(search->text, search->length);
    size_t kept = search->length < KEPT ? search->length : KEPT;
    memmove(search->text, search->text + search->length - kept, kept);
    search->length = kept;
}

static bool digest_list(struct upload *upload, bool *private)
{
    char part[PART_SIZE];
    struct search search;
    struct digest *digest = digest_begin();
    ssize_t got;

    search.length = 0;
    search.found = false;
    upload->all = 0;
    while ((got = read_again(upload->fd, part, sizeof part)) > 0) {
        digest_add(digest, part, (size_t)got);
        search_part(&search, part, (size_t)got);
        upload->all += (unsigned long long)got;
    }
    digest_end(digest, got < 0 ? NULL : upload->sha256);
    *private = search.found;
    return got == 0;
}

static bool cannot_read(const char *path, int error, struct text *why)
{
    text_printf(why, "%s cannot be read: %s", path, strerror(error));
    return false;
}

static bool open_list(struct upload *upload, struct text *why)
{
    struct stat found;
    bool private = false;

    upload->fd = open(upload->path, O_RDONLY | O_CLOEXEC);
    if (upload->fd < 0 || fstat(upload->fd, &found) != 0)
        return cannot_read(upload->path, errno, why);
    if (!S_ISREG(found.st_mode)) {
        text_printf(why, "%s is not a regular file: it must be read twice, for its digest and to be sent",
                    upload->path);
        return false;
    }
    if (!digest_list(upload, &private))
        return cannot_read(upload->path, errno, why);
    if (private)
        text_printf(why, "%s: " DEVICE_FILE, upload->path, "list of serial numbers");
    return !private;
}

bool upload_digest(const char *path, unsigned long long *length, char sha256[65], struct text *why)
{
    UPLOAD struct upload upload = {.fd = -1, .path = path};

    if (!open_list(&upload, why))
        return false;
    *length = upload.all;
    memcpy(sha256, upload.sha256, DIGEST_SIZE);
    return true;
}

static void write_path(const char *bucket, const char *key, struct text *out)
{
    aws_path_add(out, bucket);
    for (const char *at = key; key != NULL;) {
        size_t length = strcspn(at, "/");
        TEXT struct text segment = TEXT_EMPTY;
        text_add(&segment, at, length);
        aws_path_add(out, text_get(&segment));
        if (at[length] == '\0')
            return;
        at += length + 1;
    }
}

/* S3 says where a bucket is when it is asked in another region (301 PermanentRedirect, 307, 400
 * AuthorizationHeaderMalformed). */
static bool is_elsewhere(const struct aws_session *session, const struct aws_response *response)
{
    const char *region = response->bucket_region;

    return region[0] != '\0' && region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' &&
           strcmp(region, aws_session_region(session)) != 0;
}

static void base64_of_hex(const char sha256[DIGEST_SIZE], char out[BASE64_SIZE(SHA256_BYTES)])
{
    unsigned char bytes[SHA256_BYTES];

    if (!hex_decode(sha256, sizeof bytes, bytes))
        abort();
    base64_encode(bytes, sizeof bytes, out);
}

static enum aws_error put(struct aws_session *session, struct upload *upload, const char *url,
                          const atomic_int *interrupted, struct text *why)
{
    TEXT struct text bucket = TEXT_EMPTY, key = TEXT_EMPTY, path = TEXT_EMPTY, said = TEXT_EMPTY;
    char checksum[BASE64_SIZE(SHA256_BYTES)];
    const struct aws_pair headers[] = {
        {"Content-Type", "text/csv"}, {"x-amz-checksum-sha256", checksum}, {NULL, NULL}};
    struct aws_stream stream = {
        .read = read_part,
        .rewind = rewind_list,
        .context = upload,
        .length = upload->all,
        .progress = tell_sent,
    };
    RESPONSE struct aws_response response = {0}, second = {0};

    if (!upload_url_parse(url, &bucket, &key, why))
        return AWS_REFUSED;
    memcpy(stream.sha256, upload->sha256, sizeof stream.sha256);
    base64_of_hex(upload->sha256, checksum);
    write_path(text_get(&bucket), text_get(&key), &path);
    struct aws_request request = {
        .service = "s3",
        .host = "s3.%s.amazonaws.com",
        .method = "PUT",
        .path = text_get(&path),
        .headers = headers,
        .stream = &stream,
        .interrupted = interrupted,
    };
    enum aws_error error = aws_send(session, &request, &response, &said);
    if (error != AWS_OK && is_elsewhere(session, &response) && rewind_list(upload)) {
        request.region = response.bucket_region;
        text_clear(&said);
        error = aws_send(session, &request, &second, &said);
    }
    text_puts(why, text_get(&said));
    return error;
}

enum aws_error upload_find_bucket(struct aws_session *session, const char *url,
                                  char region[UPLOAD_REGION_SIZE], struct text *why)
{
    TEXT struct text bucket = TEXT_EMPTY, key = TEXT_EMPTY, path = TEXT_EMPTY;
    RESPONSE struct aws_response response = {0};

    if (!upload_url_parse(url, &bucket, &key, why))
        return AWS_REFUSED;
    write_path(text_get(&bucket), NULL, &path);
    const struct aws_request request = {
        .service = "s3", .host = "s3.%s.amazonaws.com", .method = "HEAD", .path = text_get(&path)};
    enum aws_error error = aws_send(session, &request, &response, why);
    if (error != AWS_OK && error != AWS_NOT_FOUND && is_elsewhere(session, &response))
        error = AWS_OK;
    if (error == AWS_OK)
        memcpy(region, response.bucket_region, sizeof response.bucket_region);
    return error;
}

enum aws_error upload_file(struct aws_session *session, const char *path, const char *url,
                           void (*progress)(void *context, unsigned long long sent, unsigned long long all),
                           void *context, const atomic_int *interrupted, char sha256[65], struct text *why)
{
    UPLOAD struct upload upload = {.fd = -1, .path = path, .progress = progress, .context = context};
    TEXT struct text said = TEXT_EMPTY;

    if (!open_list(&upload, why))
        return AWS_UNREADABLE;
    if (!rewind_list(&upload))
        return cannot_read(path, upload.error, why), AWS_UNREADABLE;
    enum aws_error error = put(session, &upload, url, interrupted, &said);
    if (error != AWS_OK && upload.changed) {
        text_printf(why, "%s was changed while it was sent", path);
        return AWS_UNREADABLE;
    }
    if (error != AWS_OK && upload.error != 0)
        return cannot_read(path, upload.error, why), AWS_UNREADABLE;
    text_puts(why, text_get(&said));
    if (error == AWS_OK)
        memcpy(sha256, upload.sha256, DIGEST_SIZE);
    return error;
}
