/* SPDX-License-Identifier: Apache-2.0 */
/* The provider and the app's issuer of tokens: what they say of themselves, their keys, and the exchange of a
 * code. Private to server/identity/. Any thread. */
#ifndef SERVER_IDENTITY_ISSUERS_H
#define SERVER_IDENTITY_ISSUERS_H

#include "server/identity/jwt.h"
#include "server/identity/openid.h"
#include "server/identity/sign_in_config.h"

struct issuers;

struct issuers *issuers_start(const struct sign_in_config *config, struct text *why);
void issuers_stop(struct issuers *issuers); /* NULL is allowed */

/* Adds the address of the provider with the request. False: it has not been reached yet. */
bool issuers_authorization(struct issuers *issuers, const struct openid_request *request, struct text *out);
/* Whether what a redirect says of its issuer (NULL: nothing) is what the provider must say (RFC 9207). */
bool issuers_is_provider(struct issuers *issuers, const char *said);
/* Exchanges a code for an ID token. Blocks for as long as a fetch may. */
bool issuers_exchange(struct issuers *issuers, const char *code, const char *verifier, struct text *id_token,
                      bool *refused, struct text *why);

/* Verifies an ID token of the provider, or a token of the app; waits a few seconds for a key that is not
 * known yet. JWT_UNKNOWN_KEY: also if there are no keys; *has_keys says which. */
enum jwt_error issuers_verify_id(struct issuers *issuers, const struct text *token, const char *nonce,
                                 struct jwt *out, bool *has_keys);
enum jwt_error issuers_verify_app(struct issuers *issuers, const char *token, size_t length, struct jwt *out,
                                  bool *has_keys);

/* Where the provider sends people back to. */
void issuers_redirect_uri(const struct sign_in_config *config, struct text *out);

#endif
