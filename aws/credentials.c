/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/credentials.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/profile.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

#define CONTAINER_ATTEMPTS 3
#define CONTAINER_CONNECT_MS 2000
#define CONTAINER_TOTAL_MS 5000
#define REFRESH_BEFORE_MS (5 * 60 * 1000LL)
#define REFRESH_AGAIN_MS (30 * 1000LL) /* after a failure, while the old ones are still valid */
#define TOKEN_FILE_MAX 65536
#define CONTAINER_ORIGIN "http://169.254.170.2"

enum origin { FROM_NOWHERE, FROM_ENVIRONMENT, FROM_FILES, FROM_CONTAINER };

struct aws_source {
    enum origin origin;
    struct aws_credentials now;
    bool has;             /* now is filled */
    long long not_before; /* monotonic: no refresh before that */
    long long retry_base_ms;
    char *profile, *config_path, *credentials_path, *ca_file;
    struct aws_url container;
};

void aws_credentials_fini(struct aws_credentials *credentials)
{
    free(credentials->access_key);
    free(credentials->secret_key);
    free(credentials->session_token);
    *credentials = (struct aws_credentials){0};
}

/* Reads what the pattern says: a 9 is a digit, everything else is itself. Each run of digits is a number. */
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

bool aws_credentials_parse(const char *body, size_t length, struct aws_credentials *out, struct text *why)
{
    JSON cJSON *object = json_object_parse(body, length);
    OWNED char *expiration = json_copy(object, "Expiration");
    struct aws_credentials read = {
        .access_key = json_copy(object, "AccessKeyId"),
        .secret_key = json_copy(object, "SecretAccessKey"),
        .session_token = json_copy(object, "Token"),
    };

    if (!read.access_key || !read.secret_key)
        text_puts(why, object ? "has no AccessKeyId or no SecretAccessKey" : "is no JSON object");
    else if (expiration && !aws_credentials_parse_time(expiration, &read.expires_ms))
        text_puts(why, "has an Expiration that is no time");
    else {
        *out = read;
        return true;
    }
    aws_credentials_fini(&read);
    return false;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] ? value : NULL;
}

static bool from_environment(struct aws_source *source, struct text *why)
{
    const char *access = variable("AWS_ACCESS_KEY_ID"), *secret = variable("AWS_SECRET_ACCESS_KEY");

    if (!access && !secret)
        return true;
    if (!access || !secret) {
        text_printf(why, "%s is set, but %s is not", access ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                    access ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
        return false;
    }
    source->origin = FROM_ENVIRONMENT;
    source->has = true;
    source->now = (struct aws_credentials){
        .access_key = memory_string(access),
        .secret_key = memory_string(secret),
        .session_token = memory_string(variable("AWS_SESSION_TOKEN")),
    };
    return true;
}

/* A way to credentials that this program does not go; NULL: none. They go before keys in the same profile, as
 * in the AWS CLI; credential_process comes after them. */
static const char *unsupported(const struct aws_profile_file *file, const char *profile)
{
    static const char *const keys[] = {"role_arn", "web_identity_token_file", "sso_session", "sso_start_url",
                                       "sso_account_id"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (aws_profile_get(file, profile, keys[i]))
            return keys[i];
    return NULL;
}

static void explain_unsupported(struct text *why, const struct aws_profile_file *file, const char *profile,
                                const char *key)
{
    text_printf(
        why,
        "%s: profile %s gets its credentials by %s, which is not supported here: run `eval \"$(aws "
        "configure export-credentials --profile %s --format env)\"` first, and again when they expire",
        aws_profile_path(file), profile, key, profile);
}

/* False with a sentence where there is half of a pair. */
static bool keys_of(const struct aws_profile_file *file, const char *profile, struct aws_credentials *out,
                    struct text *why)
{
    const char *access = aws_profile_get(file, profile, "aws_access_key_id");
    const char *secret = aws_profile_get(file, profile, "aws_secret_access_key");

    if (!access && !secret)
        return true;
    if (!access || !secret) {
        text_printf(why, "%s: profile %s has no %s", aws_profile_path(file), profile,
                    access ? "aws_secret_access_key" : "aws_access_key_id");
        return false;
    }
    *out = (struct aws_credentials){
        .access_key = memory_string(access),
        .secret_key = memory_string(secret),
        .session_token = memory_string(aws_profile_get(file, profile, "aws_session_token")),
    };
    return true;
}

static bool keys_of_both(const struct aws_profile_file *credentials, const struct aws_profile_file *config,
                         const char *profile, struct aws_credentials *out, struct text *why)
{
    const struct aws_profile_file *files[] = {credentials, config};

    for (size_t i = 0; i < 2; i++) {
        const char *key = unsupported(files[i], profile);
        if (key) {
            explain_unsupported(why, files[i], profile, key);
            return false;
        }
    }
    for (size_t i = 0; i < 2; i++)
        if (!keys_of(files[i], profile, out, why) || out->access_key)
            return out->access_key != NULL;
    for (size_t i = 0; i < 2; i++)
        if (aws_profile_get(files[i], profile, "credential_process")) {
            explain_unsupported(why, files[i], profile, "credential_process");
            return false;
        }
    return true;
}

/* True with no access key: the files are fine and have none. */
static bool read_files(const struct aws_source *source, struct aws_credentials *out, struct text *why)
{
    struct aws_profile_file *config = aws_profile_load(source->config_path, AWS_PROFILE_CONFIG, why);
    struct aws_profile_file *credentials =
        config ? aws_profile_load(source->credentials_path, AWS_PROFILE_CREDENTIALS, why) : NULL;
    bool fine = credentials && keys_of_both(credentials, config, source->profile, out, why);

    aws_profile_free(config);
    aws_profile_free(credentials);
    return fine;
}

static bool from_files(struct aws_source *source, struct text *why)
{
    if (!read_files(source, &source->now, why))
        return false;
    if (source->now.access_key) {
        source->origin = FROM_FILES;
        source->has = true;
    }
    return true;
}

/* Plain HTTP only to this machine itself, and to the addresses of ECS and EKS that are link-local. */
static bool may_be_plain(const struct aws_url *url)
{
    static const char *const addresses[] = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
    struct in6_addr given, known;

    for (size_t i = 0; i < 2; i++)
        if (strcmp(url->host, addresses[i]) == 0)
            return true;
    return url->is_loopback ||
           (inet_pton(AF_INET6, url->host, &given) == 1 && inet_pton(AF_INET6, addresses[2], &known) == 1 &&
            memcmp(&given, &known, sizeof known) == 0);
}

static bool parse_container(const char *relative, const char *full, struct aws_url *out, struct text *why)
{
    TEXT struct text url = TEXT_EMPTY;

    if (relative && relative[0] != '/') {
        text_puts(why, "does not begin with a slash");
        return false;
    }
    text_printf(&url, "%s%s", relative ? CONTAINER_ORIGIN : "", relative ? relative : full);
    if (!aws_url_parse(text_get(&url), out, why))
        return false;
    if (out->is_tls || may_be_plain(out))
        return true;
    text_puts(why, "is http to another machine: it takes https, or the container's own addresses");
    return false;
}

static bool from_container(struct aws_source *source, struct text *why)
{
    const char *relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    TEXT struct text problem = TEXT_EMPTY;

    if (!relative && !full)
        return true;
    if (!parse_container(relative, full, &source->container, &problem)) {
        text_printf(why, "AWS_CONTAINER_CREDENTIALS_%s_URI %s", relative ? "RELATIVE" : "FULL",
                    text_get(&problem));
        return false;
    }
    source->origin = FROM_CONTAINER;
    return true;
}

static bool find_source(struct aws_source *source, bool profile_first, struct text *why)
{
    if (!profile_first && !from_environment(source, why))
        return false;
    if (source->origin == FROM_NOWHERE && !from_files(source, why))
        return false;
    return source->origin != FROM_NOWHERE || from_container(source, why);
}

struct aws_source *aws_source_new(const struct aws_source_options *options, struct text *why)
{
    struct aws_source *source = memory_new(1, sizeof *source);

    source->profile = memory_string(options->profile ? options->profile : "default");
    source->config_path = memory_string(options->config_path);
    source->credentials_path = memory_string(options->credentials_path);
    source->ca_file = memory_string(options->ca_file);
    source->retry_base_ms = options->retry_base_ms;
    if (find_source(source, options->profile_is_given, why))
        return source;
    aws_source_free(source);
    return NULL;
}

void aws_source_free(struct aws_source *source)
{
    if (!source)
        return;
    aws_credentials_fini(&source->now);
    aws_url_fini(&source->container);
    free(source->profile);
    free(source->config_path);
    free(source->credentials_path);
    free(source->ca_file);
    free(source);
}

/* The token file is read every time: EKS changes it. NULL: none, or *why says what is wrong. */
static char *container_token(struct text *why)
{
    const char *path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    char *token = NULL;
    size_t length = 0;

    if (!path)
        return memory_string(variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    int error = file_read(path, TOKEN_FILE_MAX, &token, &length);
    if (error) {
        text_printf(why, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: %s: %s", path, strerror(error));
        return NULL;
    }
    while (length && strchr(" \t\r\n", token[length - 1]))
        token[--length] = '\0';
    return token;
}

/* One attempt. *again: another one may have more luck. */
static bool ask_container(const struct aws_source *source, struct aws_http *http,
                          const struct aws_http_request *request, struct aws_credentials *out, bool *again,
                          struct text *why)
{
    struct aws_http_answer answer;
    enum aws_http_result result = aws_http_exchange(http, request, &answer, why);
    TEXT struct text problem = TEXT_EMPTY;
    bool fine = false;

    *again = result == AWS_HTTP_LOST;
    if (result == AWS_HTTP_ANSWERED && answer.status != 200) {
        text_printf(why, "%s: the container's credentials endpoint answers HTTP %ld",
                    source->container.origin, answer.status);
        *again = answer.status == 429 || answer.status >= 500;
    } else if (result == AWS_HTTP_ANSWERED) {
        fine = aws_credentials_parse(text_get(&answer.body), answer.body.length, out, &problem);
        if (!fine)
            text_printf(why, "%s: what the container's credentials endpoint answers %s",
                        source->container.origin, text_get(&problem));
    }
    aws_http_answer_fini(&answer);
    return fine;
}

static bool read_container(const struct aws_source *source, struct aws_http *http,
                           const volatile sig_atomic_t *interrupted, struct aws_credentials *out,
                           struct text *why)
{
    OWNED char *token = container_token(why);
    const struct aws_pair headers[] = {
        {"Accept", "application/json"}, {token ? "Authorization" : NULL, token}, {NULL, NULL}};
    const struct aws_http_request request = {
        .method = "GET",
        .url = &source->container,
        .path = source->container.path[0] ? source->container.path : "/",
        .query = source->container.query ? source->container.query : "",
        .headers = headers,
        .ca_file = source->ca_file,
        .connect_ms = CONTAINER_CONNECT_MS,
        .total_ms = CONTAINER_TOTAL_MS,
        .interrupted = interrupted,
    };
    bool again = why->length == 0;

    for (unsigned failed = 0; again;) {
        text_clear(why);
        if (ask_container(source, http, &request, out, &again, why))
            return true;
        if (++failed == CONTAINER_ATTEMPTS || !again ||
            !aws_retry_sleep(aws_retry_wait_ms(failed, source->retry_base_ms, -1), interrupted))
            break;
    }
    return false;
}

static void replace(struct aws_source *source, struct aws_credentials *newer)
{
    aws_credentials_fini(&source->now);
    source->now = *newer;
    source->has = true;
}

static bool expires_within(const struct aws_source *source, long long ms)
{
    return source->now.expires_ms && source->now.expires_ms - clock_wall_ms() < ms;
}

static enum aws_error get_container(struct aws_source *source, struct aws_http *http,
                                    const volatile sig_atomic_t *interrupted, bool again, struct text *why)
{
    struct aws_credentials newer = {0};
    TEXT struct text problem = TEXT_EMPTY;
    bool usable = source->has && !again && !expires_within(source, 0);

    if (usable && (!expires_within(source, REFRESH_BEFORE_MS) || clock_monotonic_ms() < source->not_before))
        return AWS_OK;
    if (read_container(source, http, interrupted, &newer, &problem)) {
        replace(source, &newer);
        return AWS_OK;
    }
    source->not_before = clock_monotonic_ms() + REFRESH_AGAIN_MS;
    if (usable)
        return AWS_OK;
    text_puts(why, text_get(&problem));
    if (interrupted && *interrupted)
        return AWS_INTERRUPTED;
    return source->has ? AWS_EXPIRED : AWS_NO_CREDENTIALS;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Somebody may have logged in since. */
static enum aws_error read_files_again(struct aws_source *source, struct text *why)
{
    struct aws_credentials newer = {0};

    if (!read_files(source, &newer, why))
        return AWS_EXPIRED;
    if (newer.access_key &&
        !(same(newer.access_key, source->now.access_key) && same(newer.secret_key, source->now.secret_key) &&
          same(newer.session_token, source->now.session_token))) {
        replace(source, &newer);
        return AWS_OK;
    }
    aws_credentials_fini(&newer);
    text_printf(why, "the credentials of profile %s in %s have expired: log in again", source->profile,
                source->credentials_path);
    return AWS_EXPIRED;
}

static enum aws_error get(struct aws_source *source, struct aws_http *http,
                          const volatile sig_atomic_t *interrupted, bool again, struct text *why)
{
    switch (source->origin) {
    case FROM_CONTAINER:
        return get_container(source, http, interrupted, again, why);
    case FROM_FILES:
        return again ? read_files_again(source, why) : AWS_OK;
    case FROM_ENVIRONMENT:
        if (!again)
            return AWS_OK;
        text_puts(
            why,
            "the credentials in AWS_ACCESS_KEY_ID and its kin have expired: set newer ones and start again");
        return AWS_EXPIRED;
    default:
        text_printf(
            why,
            "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give profile %s some in %s "
            "(aws configure)",
            source->profile, source->credentials_path);
        return AWS_NO_CREDENTIALS;
    }
}

enum aws_error aws_source_get(struct aws_source *source, struct aws_http *http,
                              const volatile sig_atomic_t *interrupted, bool again,
                              const struct aws_credentials **out, struct text *why)
{
    enum aws_error error = get(source, http, interrupted, again, why);

    if (error == AWS_OK)
        *out = &source->now;
    return error;
}
