/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/sign_in_config.h"

#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/file.h"
#include "base/memory.h"
#include "server/identity/address.h"
#include "server/identity/jwks.h"

#define SECTION "sign_in"

const struct config_key sign_in_keys[SIGN_IN_KEYS] = {
    {SECTION, "issuer", CONFIG_TEXT, "", 0, ADDRESS_MAX, NULL, false,
     "Your OpenID Connect provider, exactly as it names itself: https://... People may then sign in with it; "
     "nobody has to. "
     "Register public_url/sign-in/callback there. Empty: none."},
    {SECTION, "client_id", CONFIG_TEXT, "", 0, 256, NULL, false, "What the provider calls this portal."},
    {SECTION, "client_secret_file", CONFIG_PATH, "", 0, 0, NULL, false,
     "File with the client's secret. It is read at each sign-in. Empty: a public client, which PKCE "
     "protects."},
    {SECTION, "scopes", CONFIG_TEXT, "openid", 6, 256, NULL, false,
     "What to ask the provider for. openid must be one of them."},
    {SECTION, "token_issuer", CONFIG_TEXT, "", 0, ADDRESS_MAX, NULL, false,
     "The iss of the tokens with which your app hands over its user. Empty: there are none."},
    {SECTION, "token_audience", CONFIG_TEXT, "", 0, 256, NULL, false, "The aud of those tokens."},
    {SECTION, "token_keys", CONFIG_TEXT, "", 0, ADDRESS_MAX, NULL, false,
     "The public keys of those tokens: a file with a JSON Web Key Set or PEM, or an https:// address of a "
     "JSON Web Key Set."},
    {SECTION, "token_url", CONFIG_TEXT, "", 0, ADDRESS_MAX, NULL, false,
     "A page of yours that makes such a token for whoever is signed in there, and sends it back with the "
     "nonce that it was "
     "given. With it no token without that nonce is taken."},
    {SECTION, "return_urls", CONFIG_TEXT, "", 0, 4096, NULL, false,
     "Where people may return to after registering, separated by spaces: https://... or "
     "com.example.app:/..., and what is below."},
    {SECTION, "label", CONFIG_TEXT, "", 0, 60, NULL, false,
     "Whose account it is, on the pages: \"Sign in with ACME\" for ACME. Empty: [brand] name."},
};

static bool is_address(const char *text)
{
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

static void check_safe(struct config *config, const char *name, const char *value)
{
    if (*value && !address_is_safe(value))
        config_add_error(config, SECTION, name,
                         "must be an https:// address without a user name and a fragment");
}

/* A key that means nothing without another one. */
static void check_with(struct config *config, const char *name, const char *value, const char *other_name,
                       const char *other)
{
    if (*value && !*other)
        config_add_error(config, SECTION, name, "needs %s too", other_name);
}

static bool has_openid(const char *scopes)
{
    static const char wanted[] = "openid";

    for (const char *at = scopes; *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strcspn(at, " ") == sizeof wanted - 1 && strncmp(at, wanted, sizeof wanted - 1) == 0)
            return true;
    return false;
}

static void check_key_file(struct config *config, const char *path)
{
    OWNED char *text = NULL;
    TEXT struct text why = TEXT_EMPTY;
    size_t length = 0;
    int error = file_read(path, JWKS_SIZE_MAX, &text, &length);
    struct jwks *keys = error ? NULL : jwks_parse(text, length, &why);

    if (error) {
        excerpt_add_path(path, error, &why);
        text_printf(&why, ": %s", strerror(error));
    }
    if (!keys)
        config_add_error(config, SECTION, "token_keys", "%s%s%s", error ? "" : path, error ? "" : " ",
                         text_get(&why));
    jwks_free(keys);
}

static void check_tokens(struct config *config, const struct sign_in_config *own)
{
    check_with(config, "token_issuer", own->token_issuer, "token_keys", own->token_keys);
    check_with(config, "token_audience", own->token_audience, "token_keys", own->token_keys);
    check_with(config, "token_url", own->token_url, "token_keys", own->token_keys);
    check_with(config, "token_keys", own->token_keys, "token_issuer", own->token_issuer);
    check_with(config, "token_keys", own->token_keys, "token_audience", own->token_audience);
    check_safe(config, "token_url", own->token_url);
    if (is_address(own->token_keys))
        check_safe(config, "token_keys", own->token_keys);
    else if (*own->token_keys)
        check_key_file(config, own->token_keys);
    if (*own->token_url && *own->issuer)
        config_add_error(config, SECTION, "token_url",
                         "and issuer are two places to sign in: set one of them");
}

static void check_provider(struct config *config, const struct sign_in_config *own)
{
    check_safe(config, "issuer", own->issuer);
    check_with(config, "issuer", own->issuer, "client_id", own->client_id);
    check_with(config, "client_id", own->client_id, "issuer", own->issuer);
    check_with(config, "client_secret_file", own->client_secret_file, "issuer", own->issuer);
    if (strchr(own->issuer, '?'))
        config_add_error(config, SECTION, "issuer", "must not have a question mark");
    if (!has_openid(own->scopes))
        config_add_error(config, SECTION, "scopes", "must have openid among them");
}

void sign_in_config_load(struct config *config, const char *public_url, struct sign_in_config *out)
{
    TEXT struct text why = TEXT_EMPTY;

    *out = (struct sign_in_config){
        .issuer = config_text(config, SECTION, "issuer"),
        .client_id = config_text(config, SECTION, "client_id"),
        .client_secret_file = config_text(config, SECTION, "client_secret_file"),
        .scopes = config_text(config, SECTION, "scopes"),
        .token_issuer = config_text(config, SECTION, "token_issuer"),
        .token_audience = config_text(config, SECTION, "token_audience"),
        .token_keys = config_text(config, SECTION, "token_keys"),
        .token_url = config_text(config, SECTION, "token_url"),
        .return_urls = config_text(config, SECTION, "return_urls"),
        .label = config_text(config, SECTION, "label"),
        .public_url = public_url,
    };
    check_provider(config, out);
    check_tokens(config, out);
    if (!address_list_check(out->return_urls, &why))
        config_add_error(config, SECTION, "return_urls", "%s", text_get(&why));
    if (sign_in_is_configured(out) && !address_is_safe(public_url))
        config_add_error(
            config, "http", "public_url",
            "must be the portal's https:// address, so that people who sign in find their way back");
}
