/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/memory.h"
#include "base/percent.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define PAIRS_MAX 128

static const struct {
    const char *name;
    enum signature_service service;
} signing_names[] = {
    {"iotwireless", SIGNATURE_IOTWIRELESS},
    {"s3", SIGNATURE_S3},
    {"iot", SIGNATURE_IOT},
    {"execute-api", SIGNATURE_IOT}, /* used by botocore before 1.30 for AWS IoT */
    {"iam", SIGNATURE_IAM},
    {"sts", SIGNATURE_STS},
    {"sqs", SIGNATURE_SQS},
};

void signature_fini(struct signature *signature)
{
    free(signature->access_key);
    free(signature->scope);
    free(signature->signed_headers);
    free(signature->value);
    free(signature->date);
    *signature = (struct signature){0};
}

static EVP_MD_CTX *digest_context(const EVP_MD *kind)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (!context || EVP_DigestInit_ex(context, kind, NULL) != 1)
        abort();
    return context;
}

void signature_md5_file(const char *path, char out[33])
{
    EVP_MD_CTX *context = digest_context(EVP_md5());
    FILE *file = fopen(path, "re");
    unsigned char bytes[EVP_MAX_MD_SIZE];
    char part[65536];
    unsigned length = 0;

    for (size_t got; file && (got = fread(part, 1, sizeof part, file)) > 0;)
        EVP_DigestUpdate(context, part, got);
    EVP_DigestFinal_ex(context, bytes, &length);
    EVP_MD_CTX_free(context);
    hex_encode(bytes, length, out);
    if (file)
        fclose(file);
}

/* Encodes it again in the canonical form, however the client encoded it. */
static void add_recoded(struct text *out, const char *bytes, size_t length)
{
    TEXT struct text plain = TEXT_EMPTY;

    percent_decode(&plain, bytes, length);
    percent_encode(out, text_get(&plain), plain.length, "");
}

/* Removes the last segment of out. */
static void drop_segment(struct text *out)
{
    while (out->length && out->data[out->length - 1] != '/')
        out->data[--out->length] = '\0';
    if (out->length)
        out->data[--out->length] = '\0';
}

/* S3 uses keys unchanged. Other services remove ".", ".." and empty segments, and encode twice. A slash at
 * the end stays. */
static void add_path(struct text *out, const char *path, enum signature_service service)
{
    TEXT struct text plain = TEXT_EMPTY;
    size_t length = 0;

    for (const char *at = path; *at; at += length) {
        at += *at == '/';
        length = strcspn(at, "/");
        if (service == SIGNATURE_S3) {
            text_puts(&plain, "/");
            add_recoded(&plain, at, length);
        } else if (length == 2 && strncmp(at, "..", 2) == 0) {
            drop_segment(&plain);
        } else if (length > 0 && !(length == 1 && *at == '.')) {
            text_puts(&plain, "/");
            percent_encode(&plain, at, length, "");
        }
    }
    if (plain.length == 0 || (service != SIGNATURE_S3 && length == 0))
        text_puts(&plain, "/");
    text_add(out, text_get(&plain), plain.length);
}

struct pair {
    struct text name, value;
};

static int compare_pairs(const void *one, const void *other)
{
    const struct pair *a = one, *b = other;
    int order = strcmp(text_get(&a->name), text_get(&b->name));

    return order ? order : strcmp(text_get(&a->value), text_get(&b->value));
}

/* Returns false if there are too many fields. */
static bool add_query(struct text *out, const char *query)
{
    struct pair pairs[PAIRS_MAX] = {0};
    const char *at = query;
    size_t count = 0;

    while (*at && count < PAIRS_MAX) {
        size_t length = strcspn(at, "&");
        const char *equals = memchr(at, '=', length);
        size_t name_length = equals ? (size_t)(equals - at) : length;
        if (length) {
            add_recoded(&pairs[count].name, at, name_length);
            if (equals)
                add_recoded(&pairs[count].value, equals + 1, length - name_length - 1);
            count++;
        }
        at += length + (at[length] == '&');
    }
    qsort(pairs, count, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < count; i++) {
        text_printf(out, "%s%s=%s", i ? "&" : "", text_get(&pairs[i].name), text_get(&pairs[i].value));
        text_fini(&pairs[i].name);
        text_fini(&pairs[i].value);
    }
    return *at == '\0';
}

/* Removes spaces at both ends and joins runs of spaces. */
static void add_trimmed(struct text *out, const char *value)
{
    bool space = false, first = true;

    for (; *value; value++) {
        if (*value == ' ' || *value == '\t') {
            space = true;
            continue;
        }
        if (space && !first)
            text_puts(out, " ");
        text_add(out, value, 1);
        space = first = false;
    }
}

static bool add_header_line(struct text *out, const struct cloud_request *request, const char *name)
{
    bool found = false;

    text_printf(out, "%s:", name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) != 0)
            continue;
        if (found)
            text_puts(out, ",");
        add_trimmed(out, request->headers[i].value);
        found = true;
    }
    text_puts(out, "\n");
    return found;
}

bool signature_canonical(const struct cloud_request *request, enum signature_service service,
                         const char *signed_headers, const char *payload_hash, struct text *out)
{
    OWNED char *names = memory_string(signed_headers);
    char *rest = NULL;

    text_printf(out, "%s\n", request->method);
    add_path(out, request->path, service);
    text_puts(out, "\n");
    bool all = add_query(out, request->query);
    text_puts(out, "\n");
    for (char *name = strtok_r(names, ";", &rest); name; name = strtok_r(NULL, ";", &rest))
        all = add_header_line(out, request, name) && all;
    text_printf(out, "\n%s\n%s", signed_headers, payload_hash);
    return all;
}

/* Returns the value of "Name=value" in a list with commas. */
static char *part_of(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; *at;) {
        at += strspn(at, ", ");
        size_t size = strcspn(at, ", ");
        if (size > length && strncmp(at, name, length) == 0 && at[length] == '=')
            return memory_part(at + length + 1, size - length - 1);
        at += size;
    }
    return NULL;
}

enum signature_error signature_read(const struct cloud_request *request, struct signature *out)
{
    const char *authorization = cloud_request_header(request, "Authorization");
    const char *date = cloud_request_header(request, "X-Amz-Date");

    *out = (struct signature){.payload = cloud_request_header(request, "X-Amz-Content-Sha256")};
    if (!authorization)
        return SIGNATURE_MISSING;
    if (strncmp(authorization, ALGORITHM " ", sizeof ALGORITHM) != 0)
        return SIGNATURE_INCOMPLETE;
    const char *list = authorization + sizeof ALGORITHM;
    OWNED char *credential = part_of(list, "Credential");
    out->signed_headers = part_of(list, "SignedHeaders");
    out->value = part_of(list, "Signature");
    out->date = memory_string(date);
    char *slash = credential ? strchr(credential, '/') : NULL;
    if (!slash || !out->signed_headers || !out->value || !date || strlen(date) != strlen("20150830T123600Z"))
        return SIGNATURE_INCOMPLETE;
    out->access_key = memory_part(credential, (size_t)(slash - credential));
    out->scope = memory_string(slash + 1);
    return SIGNATURE_OK;
}

/* Returns the third part of a scope; NULL if it is not a service's signing name. */
static const char *service_of_scope(const char *scope, enum signature_service *out)
{
    const char *region = strchr(scope, '/'), *service = region ? strchr(region + 1, '/') : NULL;
    size_t length = service ? strcspn(service + 1, "/") : 0;

    for (size_t i = 0; i < sizeof signing_names / sizeof *signing_names; i++) {
        const char *name = signing_names[i].name;
        if (service && strlen(name) == length && strncmp(service + 1, name, length) == 0) {
            *out = signing_names[i].service;
            return name;
        }
    }
    return NULL;
}

bool signature_service(const struct cloud_request *request, enum signature_service *out)
{
    struct signature signature;
    bool known =
        signature_read(request, &signature) == SIGNATURE_OK && service_of_scope(signature.scope, out);

    signature_fini(&signature);
    return known;
}

/* Returns the name that the scope must have: the one it has, if that is one of the service's names. */
static const char *signing_name(const char *scope, enum signature_service service)
{
    enum signature_service found = SIGNATURE_SERVICES;
    const char *name = service_of_scope(scope, &found);

    for (size_t i = 0; found != service; i++) {
        found = signing_names[i].service;
        name = signing_names[i].name;
    }
    return name;
}

static bool date_ms(const char *date, long long *out)
{
    struct tm utc = {0};
    const char *end = strptime(date, "%Y%m%dT%H%M%SZ", &utc);

    if (!end || *end)
        return false;
    *out = (long long)timegm(&utc) * 1000;
    return true;
}

static bool is_listed(const char *names, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = names; *at;) {
        size_t size = strcspn(at, ";");
        if (size == length && strncasecmp(at, name, length) == 0)
            return true;
        at += size + (at[size] == ';');
    }
    return false;
}

static enum signature_error check_coverage(const struct cloud_request *request, const char *names,
                                           struct text *detail)
{
    bool host = is_listed(names, "host");

    for (size_t i = 0; i < request->header_count; i++) {
        const char *name = request->headers[i].name;
        if (strncasecmp(name, "x-amz-", 6) == 0 && !is_listed(names, name)) {
            text_printf(detail, "'%s' must be a 'SignedHeader' in the AWS Authorization.", name);
            return SIGNATURE_UNSIGNED_HEADER;
        }
    }
    if (!host)
        text_puts(detail, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    return host ? SIGNATURE_OK : SIGNATURE_UNSIGNED_HEADER;
}

enum signature_error signature_check_scope(const struct cloud_request *request,
                                           const struct signature *signature, enum signature_service service,
                                           const char *region, long long now_ms, long long seconds,
                                           struct text *detail)
{
    TEXT struct text wanted = TEXT_EMPTY;
    long long date;

    if (!date_ms(signature->date, &date)) {
        text_printf(detail, "Date must be in ISO-8601 'basic format'. Got '%s'.", signature->date);
        return SIGNATURE_INCOMPLETE;
    }
    text_printf(&wanted, "%.8s/%s/%s/aws4_request", signature->date, region,
                signing_name(signature->scope, service));
    if (strcmp(text_get(&wanted), signature->scope) != 0) {
        text_printf(detail, "Credential should be scoped to %s, not %s.", text_get(&wanted),
                    signature->scope);
        return SIGNATURE_WRONG_SCOPE;
    }
    if (date < now_ms - seconds * 1000 || date > now_ms + seconds * 1000) {
        char now[CLOCK_RFC3339_SIZE];
        clock_rfc3339(now_ms, now);
        text_printf(detail, "Signature %s: %s is more than %lld minutes away from %s",
                    date < now_ms ? "expired" : "not yet current", signature->date, seconds / 60, now);
        return SIGNATURE_NOT_CURRENT;
    }
    return check_coverage(request, signature->signed_headers, detail);
}

static void hmac(unsigned char key[SHA256_DIGEST_LENGTH], const char *bytes, size_t length)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    if (!HMAC(EVP_sha256(), key, SHA256_DIGEST_LENGTH, (const unsigned char *)bytes, length, out, &size))
        abort();
    memcpy(key, out, SHA256_DIGEST_LENGTH);
}

static void signing_key(const char *secret, const char *scope, unsigned char out[SHA256_DIGEST_LENGTH])
{
    TEXT struct text start = TEXT_EMPTY;
    unsigned char first[EVP_MAX_MD_SIZE];
    size_t length = strcspn(scope, "/");
    unsigned size = 0;

    text_printf(&start, "AWS4%s", secret);
    if (!HMAC(EVP_sha256(), start.data, (int)start.length, (const unsigned char *)scope, length, first,
              &size))
        abort();
    memcpy(out, first, SHA256_DIGEST_LENGTH);
    for (const char *at = scope + length; *at; at += length) {
        at++;
        length = strcspn(at, "/");
        hmac(out, at, length);
    }
}

enum signature_error signature_check(const struct cloud_request *request, const struct signature *signature,
                                     enum signature_service service, const char *secret,
                                     const char *payload_hash)
{
    TEXT struct text canonical = TEXT_EMPTY;
    TEXT struct text to_sign = TEXT_EMPTY;
    unsigned char key[SHA256_DIGEST_LENGTH], digest[SHA256_DIGEST_LENGTH];
    char value[SIGNATURE_SIZE];

    if (!signature_canonical(request, service, signature->signed_headers, payload_hash, &canonical))
        return SIGNATURE_MISMATCH;
    SHA256((const unsigned char *)text_get(&canonical), canonical.length, digest);
    hex_encode(digest, sizeof digest, value);
    text_printf(&to_sign, ALGORITHM "\n%s\n%s\n%s", signature->date, signature->scope, value);
    signing_key(secret, signature->scope, key);
    hmac(key, text_get(&to_sign), to_sign.length);
    hex_encode(key, sizeof key, value);
    bool same = strlen(signature->value) == strlen(value) &&
                CRYPTO_memcmp(value, signature->value, strlen(value)) == 0;
    return same ? SIGNATURE_OK : SIGNATURE_MISMATCH;
}
