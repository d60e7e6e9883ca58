/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/refusal.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/utf8.h"

/* Makes one line without terminal control characters. */
static void add_clean(struct text *out, const char *bytes, size_t length)
{
    uint32_t character;

    for (size_t size; length && out->length < AWS_MESSAGE_MAX - 4; bytes += size, length -= size) {
        size = utf8_decode(bytes, length, &character);
        if (size == 0) {
            text_puts(out, "?");
            size = 1;
        } else if (utf8_is_space(character) || utf8_is_hidden(character)) {
            text_puts(out, " ");
        } else {
            text_add(out, bytes, size);
        }
    }
}

/* "aws.iot#ValidationException:http://..." becomes "ValidationException". */
static void take_code(const char *text, size_t length, char out[AWS_CODE_SIZE])
{
    const char *hash = memrchr(text, '#', length);
    size_t used = 0;

    if (hash) {
        length -= (size_t)(hash + 1 - text);
        text = hash + 1;
    }
    for (size_t i = 0; i < length && used < AWS_CODE_SIZE - 1 && text[i] != ':'; i++)
        if (text[i] > ' ' && text[i] < 0x7f)
            out[used++] = text[i];
    out[used] = '\0';
}

static const char *json_text(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItem(object, name); /* "message" and "Message" are both used */

    return cJSON_IsString(value) ? value->valuestring : NULL;
}

static void read_json(const cJSON *object, char code[AWS_CODE_SIZE], struct text *message)
{
    const char *type = json_text(object, "__type");
    const char *said = json_text(object, "message");

    if (!type)
        type = json_text(object, "code");
    if (type && !code[0])
        take_code(type, strlen(type), code);
    if (!said)
        said = json_text(object, "errorMessage");
    if (said)
        add_clean(message, said, strlen(said));
}

/* The text of the first <name>...</name> of an <Error>. No XML parser is needed for two elements without
 * attributes, which are only shown and compared with known codes: an odd answer only makes the message
 * worse. */
static const char *element(const char *body, size_t length, const char *open, const char *close, size_t *out)
{
    const char *error = memmem(body, length, "<Error>", 7);

    if (!error)
        return NULL;
    length -= (size_t)(error - body);
    const char *start = memmem(error, length, open, strlen(open));
    if (!start)
        return NULL;
    start += strlen(open);
    const char *end = memmem(start, length - (size_t)(start - error), close, strlen(close));
    if (!end)
        return NULL;
    *out = (size_t)(end - start);
    return start;
}

static void decode_entities(const char *text, size_t length, struct text *out)
{
    static const struct {
        const char *name, *means;
    } entities[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};

    for (size_t size; length; text += size, length -= size) {
        const char *means = NULL;
        size = 1;
        for (size_t i = 0; i < sizeof entities / sizeof *entities && !means; i++) {
            size_t name = strlen(entities[i].name);
            if (name <= length && memcmp(text, entities[i].name, name) == 0) {
                means = entities[i].means;
                size = name;
            }
        }
        text_add(out, means ? means : text, 1);
    }
}

static void read_xml(const char *body, size_t length, char code[AWS_CODE_SIZE], struct text *message)
{
    TEXT struct text plain = TEXT_EMPTY;
    size_t size = 0;
    const char *said = element(body, length, "<Code>", "</Code>", &size);

    if (said && !code[0])
        take_code(said, size, code);
    said = element(body, length, "<Message>", "</Message>", &size);
    if (said) {
        decode_entities(said, size, &plain);
        add_clean(message, text_get(&plain), plain.length);
    }
}

void aws_refusal_read(const char *type, const char *body, size_t length, char code[AWS_CODE_SIZE],
                      struct text *message)
{
    JSON cJSON *object = json_object_parse(body, length);

    code[0] = '\0';
    take_code(type, strlen(type), code);
    if (object)
        read_json(object, code, message);
    else if (length)
        read_xml(body, length, code, message);
}

static bool is_one_of(const char *code, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(code, *list) == 0)
            return true;
    return false;
}

bool aws_refusal_is_permission(const char *code)
{
    static const char *const codes[] = {"AccessDenied",          "AccessDeniedException",
                                        "UnauthorizedException", "NotAuthorizedException",
                                        "UnauthorizedOperation", NULL};

    return is_one_of(code, codes);
}

static bool speaks_of_expired_token(const char *message)
{
    return strcasestr(message, "token") && strcasestr(message, "expired");
}

enum aws_refusal aws_refusal_kind(long status, const char *code, const char *message)
{
    static const char *const throttled[] = {"Throttling",
                                            "ThrottlingException",
                                            "ThrottledException",
                                            "RequestThrottled",
                                            "RequestThrottledException",
                                            "TooManyRequestsException",
                                            "RequestLimitExceeded",
                                            "BandwidthLimitExceeded",
                                            "ProvisionedThroughputExceededException",
                                            "PriorRequestNotComplete",
                                            "EC2ThrottledException",
                                            "SlowDown",
                                            NULL};
    static const char *const busy[] = {"RequestTimeout", "RequestTimeoutException", "InternalError",
                                       "InternalServerException", NULL};
    static const char *const expired[] = {"ExpiredToken", "ExpiredTokenException", "RequestExpired",
                                          "TokenRefreshRequired", NULL};
    static const char *const clock[] = {"RequestTimeTooSkewed",  "RequestInTheFuture",
                                        "SignatureDoesNotMatch", "InvalidSignatureException",
                                        "AuthFailure",           NULL};

    if (status == 429 || is_one_of(code, throttled))
        return AWS_REFUSAL_THROTTLED;
    if (status == 500 || (status >= 502 && status <= 504) || is_one_of(code, busy))
        return AWS_REFUSAL_BUSY;
    if (is_one_of(code, clock))
        return AWS_REFUSAL_CLOCK;
    if (is_one_of(code, expired) || ((status == 401 || status == 403) && speaks_of_expired_token(message)))
        return AWS_REFUSAL_EXPIRED;
    return AWS_REFUSAL_FINAL;
}
