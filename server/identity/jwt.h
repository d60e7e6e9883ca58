/* SPDX-License-Identifier: Apache-2.0 */
/* Signed tokens (JSON Web Tokens, RFC 7519, in the compact form of RFC 7515) that say who somebody is.
 * Strict: whatever two readers could understand differently is refused (RFC 8725). Pure functions, any
 * thread. */
#ifndef SERVER_IDENTITY_JWT_H
#define SERVER_IDENTITY_JWT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "server/identity/jwks.h"

#define JWT_SIZE_MAX ((size_t)8 * 1024)
#define JWT_SUBJECT_SIZE 256 /* OpenID Connect Core 1.0, section 2: at most 255 characters */
#define JWT_NONCE_SIZE 129
#define JWT_LEEWAY_MS 60000 /* by which clocks may differ */
#define JWT_LIFE_MAX_MS (86400 * 1000LL)

enum jwt_error {
    JWT_OK,
    JWT_MALFORMED, /* not three parts of canonical base64url with JSON, too long, a claim of another type or
                      twice */
    JWT_ALGORITHM, /* not RS256 or ES256, an extension that must be understood, or a token of another kind */
    JWT_UNKNOWN_KEY, /* see jws_verdict */
    JWT_SIGNATURE,
    JWT_ISSUER,
    JWT_AUDIENCE,
    JWT_EXPIRED,
    JWT_TOO_LONG_LIVED, /* it says that it is valid for more than JWT_LIFE_MAX_MS from now */
    JWT_NOT_YET,        /* nbf or iat is in the future */
    JWT_NONCE,
    JWT_SUBJECT, /* missing, empty, or longer than 255 */
};
/* A word for the log: "expired". */
const char *jwt_error_name(enum jwt_error error);

struct jwt_expectation {
    const char *issuer, *audience;
    const char *nonce; /* NULL: of the caller to compare */
    /* An ID token of OpenID Connect: one for several audiences must have been made for this one (azp), and
     * Cognito's token_use, if there is one, must be "id". */
    bool is_id_token;
    long long now_ms; /* wall clock */
};

struct jwt {
    char subject[JWT_SUBJECT_SIZE];
    char nonce[JWT_NONCE_SIZE]; /* "": none */
    char once[DIGEST_SIZE]; /* the same for tokens that are the same in all but the signature, or by their jti
                             */
    long long expires_at;   /* wall ms, without the leeway */
};

/* *out is set on JWT_OK. */
enum jwt_error jwt_verify(const char *token, size_t length, const struct jwks *keys,
                          const struct jwt_expectation *expected, struct jwt *out);

#endif
