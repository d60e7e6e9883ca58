/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/credential_source.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "aws/container.h"
#include "aws/environment.h"
#include "aws/instance.h"
#include "aws/profile_provider.h"
#include "base/clock.h"
#include "base/memory.h"

#define REFRESH_BEFORE_MS (5 * 60 * 1000LL)
#define REFRESH_AGAIN_MS (30 * 1000LL) /* after a failure, while the current ones are still valid */
#define PROCESS_MS 60000

struct aws_credential_source {
    pthread_mutex_t lock; /* guards all members */
    struct aws_provider *provider;
    bool is_of_profile; /* the provider; the files are read again when they have expired */
    struct aws_credentials now;
    bool has;             /* now is set */
    long long not_before; /* monotonic: no refresh before this time */
    long long retry_base_ms;
    int process_ms;
    char *profile, *config_path, *credentials_path, *ca_file, *region;
    struct aws_url sts;
    struct text sts_problem; /* "": sts can be asked */
};

static struct aws_provider *new_provider(enum aws_provider_kind kind)
{
    struct aws_provider *provider = memory_new(1, sizeof *provider);

    provider->kind = kind;
    return provider;
}

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
    source->provider = new_provider(AWS_PROVIDER_KEYS);
    source->provider->keys = (struct aws_credentials){
        .access_key = memory_string(access),
        .secret_key = memory_string(secret),
        .session_token = memory_string(aws_variable("AWS_SESSION_TOKEN")),
    };
    return true;
}

static bool from_web_identity(struct aws_credential_source *source, struct text *why)
{
    const char *arn = aws_variable("AWS_ROLE_ARN"), *file = aws_variable("AWS_WEB_IDENTITY_TOKEN_FILE");

    if (!file)
        return true;
    if (!arn) {
        text_puts(why, "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
        return false;
    }
    source->provider = new_provider(AWS_PROVIDER_WEB_IDENTITY);
    source->provider->role = (struct aws_role){
        .arn = memory_string(arn),
        .token_file = memory_string(file),
        .session_name = memory_string(aws_variable("AWS_ROLE_SESSION_NAME")),
    };
    return true;
}

/* Without *out: the files are valid and have none. */
static bool read_files(const struct aws_credential_source *source, struct aws_provider **out,
                       struct text *why)
{
    struct aws_profile_file *config = aws_profile_load(source->config_path, AWS_PROFILE_CONFIG, why);
    struct aws_profile_file *credentials =
        config ? aws_profile_load(source->credentials_path, AWS_PROFILE_CREDENTIALS, why) : NULL;
    const struct aws_profile_files files = {config, credentials};
    bool fine = credentials && aws_profile_provider(&files, source->profile, out, why);

    aws_profile_free(config);
    aws_profile_free(credentials);
    return fine;
}

static bool from_files(struct aws_credential_source *source, struct text *why)
{
    bool fine = read_files(source, &source->provider, why);

    source->is_of_profile = source->provider != NULL;
    return fine;
}

static bool from_endpoint(struct aws_credential_source *source, bool is_instance, const char *given,
                          struct text *why)
{
    struct aws_provider *provider =
        new_provider(is_instance ? AWS_PROVIDER_INSTANCE : AWS_PROVIDER_CONTAINER);
    bool found = false;
    bool fine = is_instance ? aws_instance_find(given, &provider->url, &found, why)
                            : aws_container_find(&provider->url, &found, why);

    if (fine && found)
        source->provider = provider;
    else
        aws_provider_free(provider);
    return fine;
}

/* The order of the AWS SDKs ("AWS SDKs and Tools standardized credential providers"). */
static bool find_source(struct aws_credential_source *source,
                        const struct aws_credential_source_options *options, struct text *why)
{
    if (!options->profile_is_given && !from_environment(source, why))
        return false;
    if (!source->provider && !options->profile_is_given && !from_web_identity(source, why))
        return false;
    if (!source->provider && !from_files(source, why))
        return false;
    if (!source->provider && !from_endpoint(source, false, NULL, why))
        return false;
    if (!source->provider && !from_endpoint(source, true, options->metadata_endpoint, why))
        return false;
    if (!source->provider)
        source->provider = new_provider(AWS_PROVIDER_NONE);
    return true;
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
    source->region = memory_string(options->region);
    source->retry_base_ms = options->retry_base_ms;
    source->process_ms = options->process_ms ? options->process_ms : PROCESS_MS;
    if (!aws_url_parse(options->sts_url, &source->sts, &source->sts_problem))
        text_puts(&source->sts_problem, ": the endpoint URL of sts");
    if (find_source(source, options, why))
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
    aws_provider_free(source->provider);
    aws_url_fini(&source->sts);
    text_fini(&source->sts_problem);
    free(source->profile);
    free(source->config_path);
    free(source->credentials_path);
    free(source->ca_file);
    free(source->region);
    free(source);
}

static void replace(struct aws_credential_source *source, struct aws_credentials *newer)
{
    aws_credentials_fini(&source->now);
    source->now = *newer;
    source->has = true;
}

static bool expires_within(const struct aws_credentials *credentials, long long ms)
{
    return credentials->expires_ms && credentials->expires_ms - clock_wall_ms() < ms;
}

static bool ask(struct aws_credential_source *source, struct aws_http *http, const atomic_int *interrupted,
                struct aws_credentials *out, struct text *why)
{
    const struct aws_asking asking = {
        .http = http,
        .sts = source->sts_problem.length ? NULL : &source->sts,
        .sts_problem = text_get(&source->sts_problem),
        .region = source->region,
        .ca_file = source->ca_file,
        .retry_base_ms = source->retry_base_ms,
        .process_ms = source->process_ms,
        .interrupted = interrupted,
    };

    if (!aws_provider_get(source->provider, &asking, out, why))
        return false;
    if (!expires_within(out, 0))
        return true;
    aws_credentials_fini(out);
    text_printf(why, "the credentials of profile %s have expired already when they are given out",
                source->profile);
    return false;
}

static void explain_none(const struct aws_credential_source *source, const char *problem, struct text *why)
{
    text_printf(
        why,
        "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give profile %s some in %s "
        "(aws configure)",
        source->profile, source->credentials_path);
    if (problem[0])
        text_printf(why, "; and %s", problem);
}

static enum aws_error renew(struct aws_credential_source *source, struct aws_http *http,
                            const atomic_int *interrupted, bool again, struct text *why)
{
    struct aws_credentials newer = {0};
    TEXT struct text problem = TEXT_EMPTY;
    bool usable = source->has && !again && !expires_within(&source->now, 0);

    if (usable &&
        (!expires_within(&source->now, REFRESH_BEFORE_MS) || clock_monotonic_ms() < source->not_before))
        return AWS_OK;
    if (ask(source, http, interrupted, &newer, &problem)) {
        replace(source, &newer);
        return AWS_OK;
    }
    source->not_before = clock_monotonic_ms() + REFRESH_AGAIN_MS;
    if (usable)
        return AWS_OK;
    if (!source->has && source->provider->kind == AWS_PROVIDER_INSTANCE)
        explain_none(source, text_get(&problem), why);
    else
        text_puts(why, text_get(&problem));
    if (interrupted && *interrupted)
        return AWS_INTERRUPTED;
    return source->has ? AWS_EXPIRED : AWS_NO_CREDENTIALS;
}

/* The user may have logged in since, or changed the profile. */
static enum aws_error read_files_again(struct aws_credential_source *source, struct text *why)
{
    struct aws_provider *newer = NULL;

    if (!read_files(source, &newer, why))
        return AWS_EXPIRED;
    bool same_keys = newer && newer->kind == AWS_PROVIDER_KEYS &&
                     source->provider->kind == AWS_PROVIDER_KEYS &&
                     aws_credentials_same(&newer->keys, &source->provider->keys);
    if (newer && !same_keys) {
        aws_provider_free(source->provider);
        source->provider = newer;
        return AWS_OK;
    }
    aws_provider_free(newer);
    text_printf(why, "the credentials of profile %s in %s have expired: log in again", source->profile,
                source->credentials_path);
    return AWS_EXPIRED;
}

static enum aws_error get(struct aws_credential_source *source, struct aws_http *http,
                          const atomic_int *interrupted, bool again, struct text *why)
{
    enum aws_error error = AWS_OK;

    if (source->provider->kind == AWS_PROVIDER_NONE) {
        explain_none(source, "", why);
        return AWS_NO_CREDENTIALS;
    }
    if (again && source->is_of_profile)
        error = read_files_again(source, why);
    else if (again && source->provider->kind == AWS_PROVIDER_KEYS) {
        text_puts(why, "the credentials in AWS_ACCESS_KEY_ID and related variables have expired: set newer "
                       "ones and start again");
        error = AWS_EXPIRED;
    }
    return error ? error : renew(source, http, interrupted, again, why);
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
