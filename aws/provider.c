/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/provider.h"

#include <stdlib.h>

#include "aws/child_output.h"
#include "aws/container.h"
#include "aws/instance.h"
#include "aws/security_tokens.h"
#include "base/memory.h"

void aws_provider_free(struct aws_provider *provider)
{
    if (!provider)
        return;
    aws_credentials_fini(&provider->keys);
    aws_url_fini(&provider->url);
    aws_provider_free(provider->base);
    free(provider->command);
    free(provider->profile);
    free(provider->path);
    free(provider->role.arn);
    free(provider->role.session_name);
    free(provider->role.external_id);
    free(provider->role.duration_s);
    free(provider->role.token_file);
    free(provider);
}

/* Text of a sentence that begins with whose credentials they are. */
static void begin_sentence(const struct aws_provider *provider, struct text *why)
{
    text_printf(why, "%s: profile %s: ", provider->path ? provider->path : "AWS",
                provider->profile ? provider->profile : "default");
}

static void explain_child(enum child_result result, const struct aws_asking *asking, const char *said,
                          struct text *why)
{
    switch (result) {
    case CHILD_SLOW:
        text_printf(why, "does not end within %d s", (asking->process_ms + 999) / 1000);
        return;
    case CHILD_LARGE:
        text_puts(why, "prints too much: that is not what credentials look like");
        return;
    case CHILD_MISSING:
        text_puts(why, "names a program that is not there");
        return;
    case CHILD_INTERRUPTED:
        text_puts(why, "was interrupted");
        return;
    default:
        text_printf(why, "fails: %s; run it by hand to see why", said);
    }
}

static bool take_output(const struct text *output, struct aws_credentials *out, struct text *why)
{
    TEXT struct text problem = TEXT_EMPTY;

    if (aws_credentials_parse_process(text_get(output), output->length, out, &problem))
        return true;
    text_printf(why, "its output %s", text_get(&problem));
    return false;
}

static bool get_process(const struct aws_provider *provider, const struct aws_asking *asking,
                        struct aws_credentials *out, struct text *why)
{
    char *const arguments[] = {"/bin/sh", "-c", provider->command, NULL};
    TEXT struct text output = TEXT_EMPTY, said = TEXT_EMPTY;

    enum child_result result =
        child_output(arguments, asking->process_ms, asking->interrupted, &output, &said);
    begin_sentence(provider, why);
    text_puts(why, "credential_process ");
    if (result == CHILD_ENDED)
        return take_output(&output, out, why);
    explain_child(result, asking, text_get(&said), why);
    return false;
}

/* The AWS CLI does what has parts of its own: browsers, caches of tokens. */
static bool get_from_cli(const struct aws_provider *provider, const struct aws_asking *asking,
                         struct aws_credentials *out, struct text *why)
{
    char *const arguments[] = {"aws",     "configure", "export-credentials", "--format",
                               "process", "--profile", provider->profile,    NULL};
    TEXT struct text output = TEXT_EMPTY, said = TEXT_EMPTY;

    enum child_result result =
        child_output(arguments, asking->process_ms, asking->interrupted, &output, &said);
    begin_sentence(provider, why);
    if (result == CHILD_MISSING) {
        text_printf(
            why,
            "it gets its credentials by %s, for which the AWS CLI is needed, and there is no aws in PATH: "
            "install the AWS CLI, or run `eval \"$(aws configure export-credentials --profile %s --format "
            "env)\"` where it is, and set these variables here",
            provider->key, provider->profile);
        return false;
    }
    text_puts(why, "aws configure export-credentials ");
    if (result == CHILD_ENDED)
        return take_output(&output, out, why);
    explain_child(result, asking, text_get(&said), why);
    text_printf(why, ". Log in first: aws %s --profile %s", provider->key[0] == 'l' ? "login" : "sso login",
                provider->profile);
    return false;
}

static bool get_role(const struct aws_provider *provider, const struct aws_asking *asking,
                     struct aws_credentials *out, struct text *why)
{
    struct aws_credentials base = {0};

    if (!aws_provider_get(provider->base, asking, &base, why))
        return false;
    bool fine = aws_security_tokens_assume(asking, &provider->role, &base, out, why);
    aws_credentials_fini(&base);
    return fine;
}

bool aws_provider_get(const struct aws_provider *provider, const struct aws_asking *asking,
                      struct aws_credentials *out, struct text *why)
{
    TEXT struct text said = TEXT_EMPTY;
    bool fine = false;

    switch (provider->kind) {
    case AWS_PROVIDER_NONE:
        text_puts(&said, "no credentials");
        break;
    case AWS_PROVIDER_KEYS:
        *out = aws_credentials_copy(&provider->keys);
        return true;
    case AWS_PROVIDER_PROCESS:
        fine = get_process(provider, asking, out, &said);
        break;
    case AWS_PROVIDER_CLI:
        fine = get_from_cli(provider, asking, out, &said);
        break;
    case AWS_PROVIDER_ROLE:
        fine = get_role(provider, asking, out, &said);
        break;
    case AWS_PROVIDER_WEB_IDENTITY:
        fine = aws_security_tokens_exchange(asking, &provider->role, out, &said);
        break;
    case AWS_PROVIDER_CONTAINER:
        fine = aws_container_ask(&provider->url, asking->http, asking->ca_file, asking->retry_base_ms,
                                 asking->interrupted, out, &said);
        break;
    case AWS_PROVIDER_INSTANCE:
        fine = aws_instance_ask(&provider->url, asking->http, asking->retry_base_ms, asking->interrupted, out,
                                &said);
        break;
    }
    if (!fine)
        text_puts(why, text_get(&said));
    return fine;
}
