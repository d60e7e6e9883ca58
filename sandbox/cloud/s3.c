/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/s3.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/percent.h"
#include "base/random.h"
#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/signature.h"
#include "sandbox/cloud/uri.h"

#define PARTS_MAX 10000
#define ID_DIGITS 32
#define SHA256_BYTES 32

struct target {
    struct text bucket, key;
};

#define TARGET __attribute__((cleanup(target_fini)))

static void target_fini(struct target *target)
{
    text_fini(&target->bucket);
    text_fini(&target->key);
}

/* Splits and decodes "/bucket/key/with/slashes". */
static struct target read_target(const struct cloud_request *request)
{
    struct target target = {TEXT_EMPTY, TEXT_EMPTY};
    const char *bucket = request->path + (request->path[0] == '/');
    size_t length = strcspn(bucket, "/");

    percent_decode(&target.bucket, bucket, length);
    if (bucket[length])
        percent_decode(&target.key, bucket + length + 1, strlen(bucket + length + 1));
    return target;
}

static bool has_field(const struct cloud_request *request, const char *name)
{
    TEXT struct text value = TEXT_EMPTY;

    return uri_field(request->query, name, &value);
}

static bool is_method(const struct cloud_request *request, const char *method)
{
    return strcmp(request->method, method) == 0;
}

const char *s3_action(const struct cloud_call *call)
{
    const struct cloud_request *request = call->request;
    TARGET struct target target = read_target(request);
    bool key = target.key.length > 0;

    if (target.bucket.length == 0 || has_field(request, "list-type"))
        return NULL;
    if (is_method(request, "PUT"))
        return key ? "s3:PutObject" : "s3:CreateBucket";
    if (is_method(request, "POST"))
        return key && (has_field(request, "uploads") || has_field(request, "uploadId")) ? "s3:PutObject"
                                                                                        : NULL;
    if (is_method(request, "HEAD"))
        return key ? "s3:GetObject" : "s3:ListBucket";
    if (is_method(request, "GET"))
        return key ? "s3:GetObject" : NULL;
    if (is_method(request, "DELETE") && key)
        return has_field(request, "uploadId") ? "s3:AbortMultipartUpload" : "s3:DeleteObject";
    return NULL;
}

bool s3_has_object(const struct cloud_request *request)
{
    TARGET struct target target = read_target(request);

    return target.key.length > 0 && is_method(request, "PUT");
}

static void put_etag(struct cloud_answer *answer, const char *path, char out[40])
{
    char md5[33];

    signature_md5_file(path, md5);
    snprintf(out, 40, "\"%s\"", md5);
    cloud_answer_header(answer, "ETag", out);
}

/* Returns the path of a part of a multipart upload; part 0 is the prefix of all its files. */
static char *part_path(const char *object, const char *upload_id, long part)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s.%s.%ld", object, upload_id, part);
    return text_take(&path);
}

static bool read_upload(const struct cloud_request *request, const char *object, struct text *id)
{
    uri_field(request->query, "uploadId", id);
    if (id->length != ID_DIGITS || strspn(text_get(id), "0123456789abcdef") != ID_DIGITS)
        return false;
    OWNED char *list = part_path(object, text_get(id), 0);
    return access(list, F_OK) == 0;
}

static void no_such_upload(const struct cloud_request *request, struct cloud_answer *answer)
{
    answer_xml_error(
        answer, 404, "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
        "been aborted or completed.",
        request->path);
}

/* Compares x-amz-checksum-sha256 with what arrived. The digest of a body in chunks is not that of the object.
 */
static bool has_checksum(const struct cloud_call *call, struct cloud_answer *answer)
{
    const char *header = cloud_request_header(call->request, "x-amz-checksum-sha256");
    char wanted[BASE64_SIZE(SHA256_BYTES)];
    unsigned char bytes[SHA256_BYTES];

    if (!header || call->body.chunked)
        return true;
    if (!hex_decode(call->digest, sizeof bytes, bytes))
        abort();
    base64_encode(bytes, sizeof bytes, wanted);
    if (strcmp(header, wanted) != 0) {
        answer_xml_error(answer, 400, "BadDigest",
                         "The SHA256 you specified did not match the calculated checksum.",
                         call->request->path);
        return false;
    }
    cloud_answer_header(answer, "x-amz-checksum-sha256", wanted);
    return true;
}

static void put_object(struct cloud_call *call, const char *object, struct cloud_answer *answer)
{
    const struct cloud_request *request = call->request;
    TEXT struct text id = TEXT_EMPTY;
    TEXT struct text number = TEXT_EMPTY;
    char etag[40];

    if (!has_checksum(call, answer))
        return;
    bool is_part = uri_field(request->query, "partNumber", &number);
    long part = strtol(text_get(&number), NULL, 10);
    if (is_part && (part < 1 || part > PARTS_MAX || !read_upload(request, object, &id))) {
        no_such_upload(request, answer);
        return;
    }
    OWNED char *path = is_part ? part_path(object, text_get(&id), part) : memory_string(object);
    if (rename(call->body.path, path) != 0) {
        answer_xml_error(answer, 500, "InternalError", strerror(errno), request->path);
        return;
    }
    free(call->body.path);
    call->body.path = NULL;
    answer->status = 200;
    put_etag(answer, path, etag);
    log_event(LOG_INFO, "s3.put", "path", request->path, NULL);
}

/* Reads "bytes=0-99" or "bytes=100-"; ignores all other forms, as HTTP allows. Returns false if the range
 * begins after the end. */
static bool take_range(const struct cloud_request *request, unsigned long long size,
                       struct cloud_answer *answer)
{
    const char *range = cloud_request_header(request, "Range");
    char content_range[80], *end = NULL;

    if (!range || strncmp(range, "bytes=", 6) != 0)
        return true;
    unsigned long long first = strtoull(range + 6, &end, 10), last = size;
    if (end == range + 6 || *end != '-')
        return true;
    if (end[1])
        last = strtoull(end + 1, &end, 10);
    if (first >= size || last < first)
        return false;
    answer->status = 206;
    answer->from = first;
    answer->until = last < size ? last + 1 : size;
    snprintf(content_range, sizeof content_range, "bytes %llu-%llu/%llu", first, answer->until - 1, size);
    cloud_answer_header(answer, "Content-Range", content_range);
    return true;
}

static void get_object(const struct cloud_request *request, const char *object, struct cloud_answer *answer)
{
    struct stat status;
    struct tm utc;
    char date[40], etag[40];

    if (stat(object, &status) != 0) {
        answer_xml_error(answer, 404, "NoSuchKey", "The specified key does not exist.", request->path);
        return;
    }
    answer->status = 200;
    if (!take_range(request, (unsigned long long)status.st_size, answer)) {
        answer_xml_error(answer, 416, "InvalidRange", "The requested range is not satisfiable",
                         request->path);
        return;
    }
    answer->content_type = "binary/octet-stream";
    answer->file = memory_string(object);
    put_etag(answer, object, etag);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&status.st_mtime, &utc));
    cloud_answer_header(answer, "Last-Modified", date);
}

static void begin_parts(const struct target *target, const char *object, struct cloud_answer *answer)
{
    TEXT struct text xml = TEXT_EMPTY;
    char id[ID_DIGITS + 1];

    random_hex(id, ID_DIGITS);
    OWNED char *list = part_path(object, id, 0);
    FILE *file = fopen(list, "we");
    if (file)
        fclose(file);
    text_printf(&xml, "<InitiateMultipartUploadResult><Bucket>%s</Bucket><Key>", text_get(&target->bucket));
    answer_add_xml(&xml, text_get(&target->key));
    text_printf(&xml, "</Key><UploadId>%s</UploadId></InitiateMultipartUploadResult>", id);
    answer_xml(answer, 200, text_get(&xml));
}

static void remove_parts(const char *object, const char *id)
{
    bool gone = false;

    for (long part = 0; part <= PARTS_MAX && !gone; part++) {
        OWNED char *path = part_path(object, id, part);
        gone = unlink(path) != 0 && part > 0;
    }
}

static bool append_file(FILE *out, const char *path)
{
    FILE *in = fopen(path, "re");
    char bytes[65536];
    bool fine = in != NULL;

    for (size_t got; fine && (got = fread(bytes, 1, sizeof bytes, in)) > 0;)
        fine = fwrite(bytes, 1, got, out) == got;
    if (in)
        fclose(in);
    return fine;
}

/* Clients number parts from 1 without gaps: all parts are used, whatever the body lists. */
static void end_parts(const struct target *target, const char *object, const char *id,
                      struct cloud_answer *answer)
{
    TEXT struct text xml = TEXT_EMPTY;
    OWNED char *whole = part_path(object, id, -1);
    FILE *out = fopen(whole, "we");
    char md5[33];
    long count = 0;

    for (bool more = out != NULL; more;) {
        OWNED char *path = part_path(object, id, count + 1);
        more = append_file(out, path);
        count += more;
    }
    if (!out || fclose(out) != 0 || rename(whole, object) != 0) {
        answer_xml_error(answer, 500, "InternalError", strerror(errno), NULL);
        return;
    }
    remove_parts(object, id);
    signature_md5_file(object, md5);
    text_printf(&xml, "<CompleteMultipartUploadResult><Bucket>%s</Bucket><Key>", text_get(&target->bucket));
    answer_add_xml(&xml, text_get(&target->key));
    text_printf(&xml, "</Key><ETag>\"%s-%ld\"</ETag></CompleteMultipartUploadResult>", md5, count);
    answer_xml(answer, 200, text_get(&xml));
}

static void object_parts(const struct cloud_request *request, const struct target *target, const char *object,
                         struct cloud_answer *answer)
{
    TEXT struct text id = TEXT_EMPTY;

    if (has_field(request, "uploads")) {
        begin_parts(target, object, answer);
    } else if (!read_upload(request, object, &id)) {
        no_such_upload(request, answer);
    } else if (is_method(request, "POST")) {
        end_parts(target, object, text_get(&id), answer);
    } else {
        remove_parts(object, text_get(&id));
        answer->status = 204;
    }
}

static void answer_object(struct cloud_call *call, const struct target *target, const char *object,
                          struct cloud_answer *answer)
{
    const struct cloud_request *request = call->request;

    if (is_method(request, "PUT")) {
        put_object(call, object, answer);
    } else if (is_method(request, "POST") || has_field(request, "uploadId")) {
        object_parts(request, target, object, answer);
    } else if (is_method(request, "DELETE")) {
        unlink(object);
        answer->status = 204;
    } else {
        get_object(request, object, answer);
    }
}

static void make_bucket(const struct cloud *cloud, const char *name, struct cloud_answer *answer)
{
    if (buckets_make(&cloud->buckets, name))
        answer->status = 200;
    else
        answer_xml_error(answer, 400, "InvalidBucketName", "The specified bucket is not valid.", name);
}

static void answer_bucket(const struct cloud *cloud, struct cloud_answer *answer)
{
    const char *region = cloud->faults.bucket_region;

    cloud_answer_header(answer, "x-amz-bucket-region", *region ? region : ARN_REGION);
    answer->status = 200;
}

void s3_redirect(const struct cloud_request *request, const char *region, struct cloud_answer *answer)
{
    cloud_answer_header(answer, "x-amz-bucket-region", region);
    answer_xml_error(
        answer, 301, "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint.",
        request->path);
}

void s3_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer)
{
    const struct cloud_request *request = call->request;
    TARGET struct target target = read_target(request);
    const char *bucket = text_get(&target.bucket);

    if (target.key.length == 0 && is_method(request, "PUT")) {
        make_bucket(cloud, bucket, answer);
        return;
    }
    OWNED char *object = buckets_path(&cloud->buckets, bucket, text_get(&target.key));
    if (!object)
        answer_xml_error(answer, 404, "NoSuchBucket", "The specified bucket does not exist.", bucket);
    else if (target.key.length > 1024)
        answer_xml_error(answer, 400, "KeyTooLongError", "Your key is too long", request->path);
    else if (target.key.length == 0)
        answer_bucket(cloud, answer);
    else
        answer_object(call, &target, object, answer);
}
