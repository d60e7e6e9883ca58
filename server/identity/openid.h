/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of OpenID Connect: Authorization Code with PKCE (OpenID Connect Core 1.0, Discovery 1.0, RFC
 * 6749, 7636, 9207). Nothing is assumed beyond what these demand, so that every provider fits. Pure
 * functions, any thread.
 *
 * What Amazon Cognito does differently from many: its issuer is https://cognito-idp.REGION.amazonaws.com/POOL
 * and its pages are at another host; it lists no code_challenge_methods_supported; an access token has
 * client_id in place of aud, and token_use says what a token is (jwt.h); it puts a nonce into the ID token
 * whether one was sent or not. */
#ifndef SERVER_IDENTITY_OPENID_H
#define SERVER_IDENTITY_OPENID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct openid_provider { /* owned: openid_provider_fini() */
    char *authorization_endpoint, *token_endpoint, *jwks_uri;
    bool takes_post;   /* the client's secret in the form; otherwise in the Authorization header */
    bool names_itself; /* its redirects have iss (RFC 9207) */
};

/* Adds where an issuer describes itself. */
void openid_description_url(const char *issuer, struct text *out);
/* Reads that description. False with a sentence: another issuer's, or without what signing in needs. */
bool openid_provider_parse(const char *text, size_t length, const char *issuer, struct openid_provider *out,
                           struct text *why);
void openid_provider_fini(struct openid_provider *provider);

struct openid_request {
    const char *client_id, *redirect_uri, *scopes;
    const char *state, *nonce;
    const char *verifier; /* of PKCE: the challenge is its digest */
};
/* Adds the address to which the browser goes to sign in. */
void openid_authorization_url(const struct openid_provider *provider, const struct openid_request *request,
                              struct text *out);

struct openid_exchange {
    const char *client_id, *client_secret; /* secret "": a public client */
    const char *redirect_uri, *code, *verifier;
};
/* Adds the form that turns a code into tokens, and the Authorization header (empty: none). */
void openid_token_form(const struct openid_provider *provider, const struct openid_exchange *exchange,
                       struct text *form, struct text *authorization);
/* Adds the ID token of the answer. False with a sentence: the provider's own word for its error, or that
 * there is none. */
bool openid_token_answer(const char *text, size_t length, struct text *id_token, struct text *why);

#endif
