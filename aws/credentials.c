/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/memory.h"

void aws_credentials_fini(struct aws_credentials *credentials)
{
    free(credentials->access_key);
    free(credentials->secret_key);
    free(credentials->session_token);
    *credentials = (struct aws_credentials){0};
}

struct aws_credentials aws_credentials_copy(const struct aws_credentials *credentials)
{
    return (struct aws_credentials){
        .access_key = memory_string(credentials->access_key),
        .secret_key = memory_string(credentials->secret_key),
        .session_token = memory_string(credentials->session_token),
        .expires_ms = credentials->expires_ms,
    };
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool aws_credentials_same(const struct aws_credentials *one, const struct aws_credentials *other)
{
    return same(one->access_key, other->access_key) && same(one->secret_key, other->secret_key) &&
           same(one->session_token, other->session_token);
}

/* Matches the pattern: a 9 stands for a digit, any other character for itself. Each run of digits is a
 * number. */
static bool read_numbers(const char *text, const char *pattern, int *out)
{
    for (; *pattern; pattern++, text++) {
        bool is_digit = *text >= '0' && *text <= '9';
        if (*pattern == '9' ? !is_digit : *text != *pattern)
            return false;
        if (*pattern == '9')
            *out = *out * 10 + (*text - '0');
        else
            out++;
    }
    return true;
}

/* "Z", "+01:00". */
static bool read_offset(const char *text, long long *out_s)
{
    int numbers[2] = {0};

    *out_s = 0;
    if (strcmp(text, "Z") == 0)
        return true;
    if ((*text != '+' && *text != '-') || strlen(text) != 6 || !read_numbers(text + 1, "99:99", numbers))
        return false;
    *out_s = (numbers[0] * 60LL + numbers[1]) * 60 * (*text == '-' ? -1 : 1);
    return true;
}

bool aws_credentials_parse_time(const char *text, long long *out_ms)
{
    static const char pattern[] = "9999-99-99T99:99:99";
    int numbers[6] = {0};
    long long offset;

    if (!read_numbers(text, pattern, numbers) || numbers[0] < 1970 || numbers[1] < 1 || numbers[1] > 12 ||
        numbers[2] < 1 || numbers[2] > 31)
        return false;
    text += sizeof pattern - 1;
    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    if (!read_offset(text, &offset))
        return false;
    struct tm date = {.tm_year = numbers[0] - 1900,
                      .tm_mon = numbers[1] - 1,
                      .tm_mday = numbers[2],
                      .tm_hour = numbers[3],
                      .tm_min = numbers[4],
                      .tm_sec = numbers[5]};
    *out_ms = (timegm(&date) - offset) * 1000;
    return true;
}

static char *json_copy(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(value) && value->valuestring[0] ? memory_string(value->valuestring) : NULL;
}

/* token: the session token's name. */
static bool read_object(const cJSON *object, const char *token, struct aws_credentials *out, struct text *why)
{
    OWNED char *expiration = json_copy(object, "Expiration");
    struct aws_credentials read = {
        .access_key = json_copy(object, "AccessKeyId"),
        .secret_key = json_copy(object, "SecretAccessKey"),
        .session_token = json_copy(object, token),
    };

    if (!read.access_key || !read.secret_key)
        text_puts(why, object ? "has no AccessKeyId or no SecretAccessKey" : "is not a JSON object");
    else if (expiration && !aws_credentials_parse_time(expiration, &read.expires_ms))
        text_puts(why, "has an Expiration that is not a time");
    else {
        *out = read;
        return true;
    }
    aws_credentials_fini(&read);
    return false;
}

bool aws_credentials_parse(const char *body, size_t length, struct aws_credentials *out, struct text *why)
{
    JSON cJSON *object = json_object_parse(body, length);
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(object, "Code");

    if (cJSON_IsString(code) && strcmp(code->valuestring, "Success") != 0) {
        text_printf(why, "says %.80s", code->valuestring);
        return false;
    }
    return read_object(object, "Token", out, why);
}

bool aws_credentials_parse_process(const char *body, size_t length, struct aws_credentials *out,
                                   struct text *why)
{
    JSON cJSON *object = json_object_parse(body, length);
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(object, "Version");

    if (object && !(cJSON_IsNumber(version) && version->valueint == 1)) {
        text_puts(why, "is not of Version 1");
        return false;
    }
    return read_object(object, "SessionToken", out, why);
}
