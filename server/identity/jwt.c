/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/jwt.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"

#define SECONDS_MAX 253402300799.0 /* the end of the year 9999 */
#define KID_MAX 256
#define JTI_MAX 512

struct parts {
    const char *header, *payload, *signature;
    size_t header_length, payload_length, signature_length;
};

const char *jwt_error_name(enum jwt_error error)
{
    static const char *const names[] = {"ok",     "malformed", "algorithm", "unknown_key",    "signature",
                                        "issuer", "audience",  "expired",   "too_long_lived", "not_yet",
                                        "nonce",  "subject"};

    return names[error];
}

static bool split(const char *token, size_t length, struct parts *out)
{
    const char *end = token + length;
    const char *first = length <= JWT_SIZE_MAX ? memchr(token, '.', length) : NULL;
    const char *second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;

    if (!second)
        return false;
    *out = (struct parts){
        .header = token,
        .payload = first + 1,
        .signature = second + 1,
        .header_length = (size_t)(first - token),
        .payload_length = (size_t)(second - first - 1),
        .signature_length = (size_t)(end - second - 1),
    };
    return true; /* another dot is no base64url */
}

/* NULL: not canonical base64url, or not one JSON object in which each name is there once. */
static cJSON *object_of(const char *part, size_t length)
{
    OWNED unsigned char *bytes = memory_new(1, BASE64_ROOM(length + 2) + 1);
    size_t size = 0;

    if (!base64url_decode(part, length, bytes, &size))
        return NULL;
    cJSON *object = json_object_parse_within((const char *)bytes, size, JWT_SIZE_MAX);
    if (!object || !json_has_duplicates(object))
        return object;
    cJSON_Delete(object);
    return NULL;
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool is_text(const cJSON *value, const char *wanted)
{
    const char *text = cJSON_GetStringValue(value);

    return text && strcmp(text, wanted) == 0;
}

/* The explicit kinds of RFC 8725, 3.11, such as at+jwt or logout+jwt, are no tokens about a person who is
 * here. */
static bool is_plain_type(const cJSON *type)
{
    const char *text = cJSON_GetStringValue(type);

    return !type || (text && (strcasecmp(text, "JWT") == 0 || strcasecmp(text, "application/jwt") == 0 ||
                              strcasecmp(text, "JWS") == 0));
}

static enum jwt_error read_header(const cJSON *header, struct jws_signed *out)
{
    const cJSON *algorithm = member(header, "alg");
    const cJSON *kid = member(header, "kid");

    if (!header || (kid && (!cJSON_IsString(kid) || strlen(kid->valuestring) > KID_MAX)))
        return JWT_MALFORMED;
    if (member(header, "crit") || !is_plain_type(member(header, "typ")))
        return JWT_ALGORITHM;
    if (is_text(algorithm, "RS256"))
        out->algorithm = JWS_RS256;
    else if (is_text(algorithm, "ES256"))
        out->algorithm = JWS_ES256;
    else
        return JWT_ALGORITHM;
    out->kid = kid ? kid->valuestring : NULL;
    return JWT_OK;
}

static enum jwt_error verify_signature(const char *token, const struct parts *parts, const cJSON *header,
                                       const struct jwks *keys)
{
    OWNED unsigned char *signature = memory_new(1, BASE64_ROOM(parts->signature_length + 2) + 1);
    struct jws_signed jws = {.text = token, .signature = signature};
    enum jwt_error error = read_header(header, &jws);

    if (error)
        return error;
    jws.text_length = parts->header_length + 1 + parts->payload_length;
    if (!base64url_decode(parts->signature, parts->signature_length, signature, &jws.signature_length))
        return JWT_MALFORMED;
    switch (jwks_verify(keys, &jws)) {
    case JWS_VERIFIED:
        return JWT_OK;
    case JWS_UNKNOWN_KEY:
        return JWT_UNKNOWN_KEY;
    default:
        return JWT_SIGNATURE;
    }
}

/* False: there is one that is no time. *out is untouched if there is none. */
static bool read_time(const cJSON *claims, const char *name, long long *out)
{
    const cJSON *value = member(claims, name);

    if (!value)
        return true;
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0 && value->valuedouble <= SECONDS_MAX))
        return false;
    *out = (long long)(value->valuedouble * 1000);
    return true;
}

static enum jwt_error check_times(const cJSON *claims, long long now, long long *expires_at)
{
    long long expires = -1, not_before = 0, issued = 0;

    if (!read_time(claims, "exp", &expires) || !read_time(claims, "nbf", &not_before) ||
        !read_time(claims, "iat", &issued) || expires < 0)
        return JWT_MALFORMED;
    if (expires + JWT_LEEWAY_MS <= now)
        return JWT_EXPIRED;
    if (not_before > now + JWT_LEEWAY_MS || issued > now + JWT_LEEWAY_MS)
        return JWT_NOT_YET;
    if (expires > now + JWT_LIFE_MAX_MS + JWT_LEEWAY_MS)
        return JWT_TOO_LONG_LIVED;
    *expires_at = expires;
    return JWT_OK;
}

static bool has_audience(const cJSON *audience, const char *wanted)
{
    const cJSON *each;
    bool found = is_text(audience, wanted);

    if (!cJSON_IsArray(audience))
        return found;
    cJSON_ArrayForEach(each, audience)
    {
        if (!cJSON_IsString(each))
            return false;
        found = found || is_text(each, wanted);
    }
    return found;
}

static enum jwt_error check_parties(const cJSON *claims, const struct jwt_expectation *expected)
{
    const cJSON *audience = member(claims, "aud");
    const cJSON *use = member(claims, "token_use");

    if (!is_text(member(claims, "iss"), expected->issuer))
        return JWT_ISSUER;
    if (!has_audience(audience, expected->audience))
        return JWT_AUDIENCE;
    if (!expected->is_id_token)
        return JWT_OK;
    if (use && !is_text(use, "id"))
        return JWT_ALGORITHM;
    bool is_for_several = cJSON_IsArray(audience) && cJSON_GetArraySize(audience) > 1;
    return is_for_several && !is_text(member(claims, "azp"), expected->audience) ? JWT_AUDIENCE : JWT_OK;
}

static enum jwt_error read_subject(const cJSON *claims, char out[JWT_SUBJECT_SIZE])
{
    const char *subject = cJSON_GetStringValue(member(claims, "sub"));
    size_t length = subject ? strlen(subject) : 0;

    if (!length || length >= JWT_SUBJECT_SIZE || !utf8_is_valid(subject, length))
        return JWT_SUBJECT;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)subject[i] < ' ' || subject[i] == 0x7f)
            return JWT_SUBJECT;
    memcpy(out, subject, length + 1);
    return JWT_OK;
}

static enum jwt_error read_nonce(const cJSON *claims, const char *expected, char out[JWT_NONCE_SIZE])
{
    const cJSON *nonce = member(claims, "nonce");
    const char *text = cJSON_GetStringValue(nonce);

    if (nonce && (!text || strlen(text) >= JWT_NONCE_SIZE))
        return JWT_NONCE;
    if (expected && (!text || strcmp(text, expected) != 0))
        return JWT_NONCE;
    snprintf(out, JWT_NONCE_SIZE, "%s", text ? text : "");
    return JWT_OK;
}

/* Of the token without its signature: from one of ES256 anybody can make a second one. */
static enum jwt_error name_once(const cJSON *claims, const char *token, const struct parts *parts,
                                const char *issuer, char out[DIGEST_SIZE])
{
    const cJSON *id = member(claims, "jti");
    const char *text = cJSON_GetStringValue(id);
    struct digest *digest = digest_begin();

    if (id && (!text || !*text || strlen(text) > JTI_MAX)) {
        digest_end(digest, NULL);
        return JWT_MALFORMED;
    }
    digest_add(digest, issuer, strlen(issuer) + 1);
    if (text)
        digest_add(digest, text, strlen(text));
    else
        digest_add(digest, token, parts->header_length + 1 + parts->payload_length);
    digest_end(digest, out);
    return JWT_OK;
}

static enum jwt_error read_claims(const cJSON *claims, const struct jwt_expectation *expected,
                                  struct jwt *out)
{
    enum jwt_error error = claims ? check_parties(claims, expected) : JWT_MALFORMED;

    if (!error)
        error = check_times(claims, expected->now_ms, &out->expires_at);
    if (!error)
        error = read_nonce(claims, expected->nonce, out->nonce);
    return error ? error : read_subject(claims, out->subject);
}

enum jwt_error jwt_verify(const char *token, size_t length, const struct jwks *keys,
                          const struct jwt_expectation *expected, struct jwt *out)
{
    struct parts parts;
    struct jwt read = {.expires_at = 0};

    if (!split(token, length, &parts))
        return JWT_MALFORMED;
    JSON cJSON *header = object_of(parts.header, parts.header_length);
    enum jwt_error error = verify_signature(token, &parts, header, keys);
    if (error) /* what nobody has signed is not read */
        return error;
    JSON cJSON *claims = object_of(parts.payload, parts.payload_length);
    error = read_claims(claims, expected, &read);
    if (!error)
        error = name_once(claims, token, &parts, expected->issuer, read.once);
    if (!error)
        *out = read;
    return error;
}
