/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/openid.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/excerpt.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/percent.h"
#include "server/identity/address.h"

#define DESCRIPTION_MAX ((size_t)64 * 1024)
#define SHA256_BYTES 32

void openid_description_url(const char *issuer, struct text *out)
{
    size_t length = strlen(issuer);

    text_add(out, issuer, length - (issuer[length - 1] == '/'));
    text_puts(out, "/.well-known/openid-configuration");
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Only an issuer on this machine may name http addresses. */
static bool take_address(const cJSON *object, const char *name, const char *issuer, char **out,
                         struct text *why)
{
    const char *url = cJSON_GetStringValue(member(object, name));

    if (!url || !address_is_safe(url) || (address_is_local(url) && !address_is_local(issuer))) {
        text_printf(why, "its %s is %s", name, url ? "no https:// address" : "missing");
        return false;
    }
    *out = memory_string(url);
    return true;
}

static bool lists(const cJSON *list, const char *wanted)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, list)
    {
        const char *text = cJSON_GetStringValue(each);
        if (text && strcmp(text, wanted) == 0)
            return true;
    }
    return false;
}

static bool is_of(const cJSON *object, const char *issuer, struct text *why)
{
    const char *own = cJSON_GetStringValue(member(object, "issuer"));

    if (!object || !own) {
        text_puts(why, "what it answers is no description of an OpenID provider");
        return false;
    }
    if (strcmp(own, issuer) == 0)
        return true;
    text_puts(why, "it says that its issuer is ");
    excerpt_add_bare(own, strlen(own), why);
    text_puts(why, ": write that to [sign_in] issuer, with each character");
    return false;
}

bool openid_provider_parse(const char *text, size_t length, const char *issuer, struct openid_provider *out,
                           struct text *why)
{
    JSON cJSON *object = json_object_parse_within(text, length, DESCRIPTION_MAX);
    const cJSON *methods = member(object, "token_endpoint_auth_methods_supported");
    struct openid_provider read = {
        .takes_post = lists(methods, "client_secret_post") && !lists(methods, "client_secret_basic"),
        .names_itself = cJSON_IsTrue(member(object, "authorization_response_iss_parameter_supported")),
    };

    if (is_of(object, issuer, why) &&
        take_address(object, "authorization_endpoint", issuer, &read.authorization_endpoint, why) &&
        take_address(object, "token_endpoint", issuer, &read.token_endpoint, why) &&
        take_address(object, "jwks_uri", issuer, &read.jwks_uri, why)) {
        *out = read;
        return true;
    }
    openid_provider_fini(&read);
    return false;
}

void openid_provider_fini(struct openid_provider *provider)
{
    free(provider->authorization_endpoint);
    free(provider->token_endpoint);
    free(provider->jwks_uri);
    *provider = (struct openid_provider){0};
}

static void add_challenge(struct text *url, const char *verifier)
{
    char digits[DIGEST_SIZE], challenge[BASE64_SIZE(SHA256_BYTES)];
    unsigned char bytes[SHA256_BYTES];

    digest_sha256(verifier, strlen(verifier), digits);
    if (!hex_decode(digits, sizeof bytes, bytes))
        abort();
    base64url_encode(bytes, sizeof bytes, challenge);
    address_add(url, "code_challenge", challenge);
    address_add(url, "code_challenge_method", "S256");
}

void openid_authorization_url(const struct openid_provider *provider, const struct openid_request *request,
                              struct text *out)
{
    TEXT struct text url = TEXT_EMPTY;

    text_puts(&url, provider->authorization_endpoint); /* may have a query of its own */
    address_add(&url, "response_type", "code");
    address_add(&url, "client_id", request->client_id);
    address_add(&url, "redirect_uri", request->redirect_uri);
    address_add(&url, "scope", request->scopes);
    address_add(&url, "state", request->state);
    address_add(&url, "nonce", request->nonce);
    add_challenge(&url, request->verifier);
    text_puts(out, text_get(&url));
}

static void add_field(struct text *form, const char *name, const char *value)
{
    text_printf(form, "%s%s=", form->length ? "&" : "", name);
    percent_encode(form, value, strlen(value), "");
}

/* Both are encoded as in a form before they are joined (RFC 6749, 2.3.1). */
static void add_basic(const struct openid_exchange *exchange, struct text *out)
{
    TEXT struct text pair = TEXT_EMPTY;

    percent_encode(&pair, exchange->client_id, strlen(exchange->client_id), "");
    text_puts(&pair, ":");
    percent_encode(&pair, exchange->client_secret, strlen(exchange->client_secret), "");
    OWNED char *encoded = memory_new(1, BASE64_SIZE(pair.length));
    base64_encode((const unsigned char *)pair.data, pair.length, encoded);
    text_printf(out, "Basic %s", encoded);
}

void openid_token_form(const struct openid_provider *provider, const struct openid_exchange *exchange,
                       struct text *form, struct text *authorization)
{
    bool has_secret = *exchange->client_secret != '\0';

    add_field(form, "grant_type", "authorization_code");
    add_field(form, "code", exchange->code);
    add_field(form, "redirect_uri", exchange->redirect_uri);
    add_field(form, "code_verifier", exchange->verifier);
    if (has_secret && !provider->takes_post) {
        add_basic(exchange, authorization);
        return;
    }
    add_field(form, "client_id", exchange->client_id);
    if (has_secret)
        add_field(form, "client_secret", exchange->client_secret);
}

bool openid_token_answer(const char *text, size_t length, struct text *id_token, struct text *why)
{
    JSON cJSON *object = json_object_parse_within(text, length, DESCRIPTION_MAX);
    const char *token = cJSON_GetStringValue(member(object, "id_token"));
    const char *error = cJSON_GetStringValue(member(object, "error"));

    if (token && *token && !json_has_duplicates(object)) {
        text_puts(id_token, token);
        return true;
    }
    if (error) {
        text_puts(why, "the provider says ");
        excerpt_add_bare(error, strlen(error), why);
    } else {
        text_puts(why, "the answer has no ID token; is openid one of [sign_in] scopes?");
    }
    return false;
}
