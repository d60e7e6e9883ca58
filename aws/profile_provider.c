/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/profile_provider.h"

#include <string.h>

#include "aws/container.h"
#include "aws/environment.h"
#include "aws/instance.h"
#include "base/memory.h"

#define DEPTH_MAX 8 /* of source_profile */

struct planning {
    const struct aws_profile_files *files;
    unsigned depth;
    struct text *why;
};

static bool plan(struct planning *planning, const char *profile, bool keys_only, struct aws_provider **out);

static const char *value_of(const struct planning *planning, const char *profile, const char *key,
                            const char **path)
{
    const struct aws_profile_file *const files[] = {planning->files->credentials, planning->files->config};

    for (size_t i = 0; i < 2; i++) {
        const char *value = aws_profile_get(files[i], profile, key);
        if (!value)
            continue;
        if (path)
            *path = aws_profile_path(files[i]);
        return value;
    }
    return NULL;
}

static struct aws_provider *make(enum aws_provider_kind kind, const char *profile, const char *path)
{
    struct aws_provider *provider = memory_new(1, sizeof *provider);

    provider->kind = kind;
    provider->profile = memory_string(profile);
    provider->path = memory_string(path);
    return provider;
}

static bool refuse(struct planning *planning, const char *path, const char *profile, const char *words)
{
    text_printf(planning->why, "%s: profile %s %s", path, profile, words);
    return false;
}

/* False with a sentence: only half of a pair is set. True without *out: neither is. */
static bool plan_keys(struct planning *planning, const struct aws_profile_file *file, const char *profile,
                      struct aws_provider **out)
{
    const char *access = aws_profile_get(file, profile, "aws_access_key_id");
    const char *secret = aws_profile_get(file, profile, "aws_secret_access_key");

    if (!access && !secret)
        return true;
    if (!access || !secret)
        return refuse(planning, aws_profile_path(file), profile,
                      access ? "has no aws_secret_access_key" : "has no aws_access_key_id");
    *out = make(AWS_PROVIDER_KEYS, profile, aws_profile_path(file));
    (*out)->keys = (struct aws_credentials){
        .access_key = memory_string(access),
        .secret_key = memory_string(secret),
        .session_token = memory_string(aws_profile_get(file, profile, "aws_session_token")),
    };
    return true;
}

static bool plan_both_keys(struct planning *planning, const char *profile, struct aws_provider **out)
{
    return plan_keys(planning, planning->files->credentials, profile, out) &&
           (*out || plan_keys(planning, planning->files->config, profile, out));
}

static bool plan_environment(struct planning *planning, const char *profile, const char *path,
                             struct aws_provider **out)
{
    const char *access = aws_variable("AWS_ACCESS_KEY_ID"), *secret = aws_variable("AWS_SECRET_ACCESS_KEY");

    if (!access || !secret)
        return refuse(
            planning, path, profile,
            "has credential_source = Environment, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not "
            "set");
    *out = make(AWS_PROVIDER_KEYS, profile, path);
    (*out)->keys = (struct aws_credentials){
        .access_key = memory_string(access),
        .secret_key = memory_string(secret),
        .session_token = memory_string(aws_variable("AWS_SESSION_TOKEN")),
    };
    return true;
}

static bool plan_endpoint(struct planning *planning, bool is_instance, const char *profile, const char *path,
                          struct aws_provider **out)
{
    struct aws_provider *made =
        make(is_instance ? AWS_PROVIDER_INSTANCE : AWS_PROVIDER_CONTAINER, profile, path);
    bool found = false;
    bool fine = is_instance
                    ? aws_instance_find(value_of(planning, profile, "ec2_metadata_service_endpoint", NULL),
                                        &made->url, &found, planning->why)
                    : aws_container_find(&made->url, &found, planning->why);

    if (fine && found) {
        *out = made;
        return true;
    }
    aws_provider_free(made);
    if (fine)
        return refuse(
            planning, path, profile,
            is_instance ? "has credential_source = Ec2InstanceMetadata, but AWS_EC2_METADATA_DISABLED is true"
                        : "has credential_source = EcsContainer, but neither "
                          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor _FULL_URI is set");
    return false;
}

static bool plan_named_source(struct planning *planning, const char *source, const char *profile,
                              const char *path, struct aws_provider **out)
{
    if (strcmp(source, "Environment") == 0)
        return plan_environment(planning, profile, path, out);
    if (strcmp(source, "Ec2InstanceMetadata") == 0)
        return plan_endpoint(planning, true, profile, path, out);
    if (strcmp(source, "EcsContainer") == 0)
        return plan_endpoint(planning, false, profile, path, out);
    return refuse(planning, path, profile,
                  "has another credential_source than Environment, Ec2InstanceMetadata or EcsContainer");
}

static bool plan_source_profile(struct planning *planning, const char *source, const char *profile,
                                const char *path, struct aws_provider **out)
{
    TEXT struct text words = TEXT_EMPTY;

    if (++planning->depth > DEPTH_MAX)
        return refuse(planning, path, profile,
                      "goes in a circle by source_profile, or through too many profiles");
    if (!aws_profile_has(planning->files->config, source) &&
        !aws_profile_has(planning->files->credentials, source)) {
        text_printf(&words, "has source_profile = %s, and there is no such profile", source);
        return refuse(planning, path, profile, text_get(&words));
    }
    /* a profile may name itself: its own keys */
    if (!plan(planning, source, strcmp(source, profile) == 0, out))
        return false;
    if (*out)
        return true;
    text_printf(&words, "has source_profile = %s, which has no credentials", source);
    return refuse(planning, path, profile, text_get(&words));
}

static bool plan_base(struct planning *planning, const char *profile, const char *path,
                      struct aws_provider **out)
{
    const char *source = value_of(planning, profile, "source_profile", NULL);
    const char *named = value_of(planning, profile, "credential_source", NULL);

    if (source && named)
        return refuse(planning, path, profile,
                      "has both source_profile and credential_source: keep one of them");
    if (named)
        return plan_named_source(planning, named, profile, path, out);
    if (source)
        return plan_source_profile(planning, source, profile, path, out);
    return refuse(planning, path, profile,
                  "has role_arn, but none of source_profile, credential_source and web_identity_token_file");
}

static bool plan_role(struct planning *planning, const char *arn, const char *profile, const char *path,
                      struct aws_provider **out)
{
    const char *token_file = value_of(planning, profile, "web_identity_token_file", NULL);
    TEXT struct text words = TEXT_EMPTY;

    if (!token_file && value_of(planning, profile, "mfa_serial", NULL)) {
        text_printf(
            &words,
            "needs a code of a second factor (mfa_serial), which is not supported here: run `eval \"$(aws "
            "configure export-credentials --profile %s --format env)\"` first, and again when they expire",
            profile);
        return refuse(planning, path, profile, text_get(&words));
    }
    struct aws_provider *made =
        make(token_file ? AWS_PROVIDER_WEB_IDENTITY : AWS_PROVIDER_ROLE, profile, path);
    made->role = (struct aws_role){
        .arn = memory_string(arn),
        .session_name = memory_string(value_of(planning, profile, "role_session_name", NULL)),
        .external_id = memory_string(value_of(planning, profile, "external_id", NULL)),
        .duration_s = memory_string(value_of(planning, profile, "duration_seconds", NULL)),
        .token_file = memory_string(token_file),
    };
    if (!token_file && !plan_base(planning, profile, path, &made->base)) {
        aws_provider_free(made);
        return false;
    }
    *out = made;
    return true;
}

static bool plan_cli(struct planning *planning, const char *profile, struct aws_provider **out)
{
    static const char *const keys[] = {"sso_session", "sso_start_url", "sso_account_id", "login_session"};
    const char *path = NULL;

    for (size_t i = 0; i < sizeof keys / sizeof *keys && !*out; i++)
        if (value_of(planning, profile, keys[i], &path)) {
            *out = make(AWS_PROVIDER_CLI, profile, path);
            (*out)->key = keys[i];
        }
    return *out != NULL;
}

static bool plan(struct planning *planning, const char *profile, bool keys_only, struct aws_provider **out)
{
    const char *path = NULL;
    const char *arn = keys_only ? NULL : value_of(planning, profile, "role_arn", &path);

    if (arn)
        return plan_role(planning, arn, profile, path, out);
    if (!keys_only && value_of(planning, profile, "web_identity_token_file", &path))
        return refuse(planning, path, profile, "has web_identity_token_file, but no role_arn");
    if (!keys_only && plan_cli(planning, profile, out))
        return true;
    if (!plan_both_keys(planning, profile, out) || *out)
        return *out != NULL;
    const char *command = value_of(planning, profile, "credential_process", &path);
    if (command) {
        *out = make(AWS_PROVIDER_PROCESS, profile, path);
        (*out)->command = memory_string(command);
    }
    return true;
}

bool aws_profile_provider(const struct aws_profile_files *files, const char *profile,
                          struct aws_provider **out, struct text *why)
{
    struct planning planning = {.files = files, .why = why};

    *out = NULL;
    return plan(&planning, profile, false, out);
}
