/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/credential_source.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "aws/container.h"
#include "aws/environment.h"
#include "aws/profile.h"
#include "base/clock.h"
#include "base/memory.h"

#define REFRESH_BEFORE_MS (5 * 60 * 1000LL)
#define REFRESH_AGAIN_MS (30 * 1000LL) /* after a failure, while the current ones are still valid */

enum origin { FROM_NOWHERE, FROM_ENVIRONMENT, FROM_FILES, FROM_CONTAINER };

struct aws_credential_source {
    pthread_mutex_t lock; /* guards all members */
    enum origin origin;
    struct aws_credentials now;
    bool has;             /* now is set */
    long long not_before; /* monotonic: no refresh before this time */
    long long retry_base_ms;
    char *profile, *config_path, *credentials_path, *ca_file;
    struct aws_url container;
};

static bool from_environment(struct aws_credential_source *source, struct text *why)
{
    const char *access = aws_variable("AWS_ACCESS_KEY_ID"), *secret = aws_variable("AWS_SECRET_ACCESS_KEY");

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
        .session_token = memory_string(aws_variable("AWS_SESSION_TOKEN")),
    };
    return true;
}

/* A source of credentials that is not supported here; NULL: none. As in the AWS CLI, these precede keys in
 * the same profile; credential_process comes after the keys. */
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

/* False with a sentence in *why: only half of a pair is set. */
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

/* True without an access key: the files are valid and have none. */
static bool read_files(const struct aws_credential_source *source, struct aws_credentials *out,
                       struct text *why)
{
    struct aws_profile_file *config = aws_profile_load(source->config_path, AWS_PROFILE_CONFIG, why);
    struct aws_profile_file *credentials =
        config ? aws_profile_load(source->credentials_path, AWS_PROFILE_CREDENTIALS, why) : NULL;
    bool fine = credentials && keys_of_both(credentials, config, source->profile, out, why);

    aws_profile_free(config);
    aws_profile_free(credentials);
    return fine;
}

static bool from_files(struct aws_credential_source *source, struct text *why)
{
    if (!read_files(source, &source->now, why))
        return false;
    if (source->now.access_key) {
        source->origin = FROM_FILES;
        source->has = true;
    }
    return true;
}

static bool from_container(struct aws_credential_source *source, struct text *why)
{
    bool found = false;

    if (!aws_container_find(&source->container, &found, why))
        return false;
    if (found)
        source->origin = FROM_CONTAINER;
    return true;
}

static bool find_source(struct aws_credential_source *source, bool profile_first, struct text *why)
{
    if (!profile_first && !from_environment(source, why))
        return false;
    if (source->origin == FROM_NOWHERE && !from_files(source, why))
        return false;
    return source->origin != FROM_NOWHERE || from_container(source, why);
}

struct aws_credential_source *aws_credential_source_new(const struct aws_credential_source_options *options,
                                                        struct text *why)
{
    struct aws_credential_source *source = memory_new(1, sizeof *source);

    pthread_mutex_init(&source->lock, NULL);
    source->profile = memory_string(options->profile ? options->profile : "default");
    source->config_path = memory_string(options->config_path);
    source->credentials_path = memory_string(options->credentials_path);
    source->ca_file = memory_string(options->ca_file);
    source->retry_base_ms = options->retry_base_ms;
    if (find_source(source, options->profile_is_given, why))
        return source;
    aws_credential_source_free(source);
    return NULL;
}

void aws_credential_source_free(struct aws_credential_source *source)
{
    if (!source)
        return;
    pthread_mutex_destroy(&source->lock);
    aws_credentials_fini(&source->now);
    aws_url_fini(&source->container);
    free(source->profile);
    free(source->config_path);
    free(source->credentials_path);
    free(source->ca_file);
    free(source);
}

static void replace(struct aws_credential_source *source, struct aws_credentials *newer)
{
    aws_credentials_fini(&source->now);
    source->now = *newer;
    source->has = true;
}

static bool expires_within(const struct aws_credential_source *source, long long ms)
{
    return source->now.expires_ms && source->now.expires_ms - clock_wall_ms() < ms;
}

static enum aws_error get_container(struct aws_credential_source *source, struct aws_http *http,
                                    const atomic_int *interrupted, bool again, struct text *why)
{
    struct aws_credentials newer = {0};
    TEXT struct text problem = TEXT_EMPTY;
    bool usable = source->has && !again && !expires_within(source, 0);

    if (usable && (!expires_within(source, REFRESH_BEFORE_MS) || clock_monotonic_ms() < source->not_before))
        return AWS_OK;
    if (aws_container_ask(&source->container, http, source->ca_file, source->retry_base_ms, interrupted,
                          &newer, &problem)) {
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

/* The user may have logged in since. */
static enum aws_error read_files_again(struct aws_credential_source *source, struct text *why)
{
    struct aws_credentials newer = {0};

    if (!read_files(source, &newer, why))
        return AWS_EXPIRED;
    if (newer.access_key && !aws_credentials_same(&newer, &source->now)) {
        replace(source, &newer);
        return AWS_OK;
    }
    aws_credentials_fini(&newer);
    text_printf(why, "the credentials of profile %s in %s have expired: log in again", source->profile,
                source->credentials_path);
    return AWS_EXPIRED;
}

static enum aws_error get(struct aws_credential_source *source, struct aws_http *http,
                          const atomic_int *interrupted, bool again, struct text *why)
{
    switch (source->origin) {
    case FROM_CONTAINER:
        return get_container(source, http, interrupted, again, why);
    case FROM_FILES:
        return again ? read_files_again(source, why) : AWS_OK;
    case FROM_ENVIRONMENT:
        if (!again)
            return AWS_OK;
        text_puts(why, "the credentials in AWS_ACCESS_KEY_ID and related variables have expired: set newer "
                       "ones and start again");
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

enum aws_error aws_credential_source_get(struct aws_credential_source *source, struct aws_http *http,
                                         const atomic_int *interrupted,
                                         const struct aws_credentials *rejected, struct aws_credentials *out,
                                         struct text *why)
{
    pthread_mutex_lock(&source->lock);
    /* another thread may have renewed them since */
    bool again = rejected && source->has && aws_credentials_same(rejected, &source->now);
    enum aws_error error = get(source, http, interrupted, again, why);
    if (error == AWS_OK)
        *out = aws_credentials_copy(&source->now);
    pthread_mutex_unlock(&source->lock);
    return error;
}
