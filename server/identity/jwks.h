/* SPDX-License-Identifier: Apache-2.0 */
/* The public keys of an issuer of tokens: a JSON Web Key Set (RFC 7517), or PEM files. A key has one
 * algorithm: RS256 for RSA of 2048 to 8192 bits, ES256 for P-256 (RFC 7518, 3.3 and 3.4). All other keys are
 * left out, so that no algorithm can be chosen by a token. A set does not change; it is shared by counting.
 * Any thread. */
#ifndef SERVER_IDENTITY_JWKS_H
#define SERVER_IDENTITY_JWKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define JWKS_SIZE_MAX ((size_t)64 * 1024)
#define JWKS_KEYS_MAX 32

enum jws_algorithm { JWS_RS256, JWS_ES256 };

struct jwks;

/* Reads a JSON Web Key Set, or PEM blocks with public keys or certificates. NULL with the second half of a
 * sentence: it is neither, larger than JWKS_SIZE_MAX, has more than JWKS_KEYS_MAX keys, none that can be
 * used, or a private key. */
struct jwks *jwks_parse(const char *text, size_t length, struct text *why);
struct jwks *jwks_share(struct jwks *set);
void jwks_free(struct jwks *set); /* gives back one share; NULL is allowed */

size_t jwks_count(const struct jwks *set); /* of the keys that can be used */

enum jws_verdict {
    JWS_VERIFIED,
    JWS_UNKNOWN_KEY, /* no key of this algorithm has this kid; the issuer may have a new one */
    JWS_FORGED,
};

struct jws_signed {
    enum jws_algorithm algorithm;
    const char *kid; /* NULL: the token names none; there must be only one key of the algorithm then */
    const char *text;
    size_t text_length;
    const unsigned char *signature; /* of ES256: 64 bytes, r and s */
    size_t signature_length;
};
/* Keys in PEM have no kid: each of them is tried. */
enum jws_verdict jwks_verify(const struct jwks *set, const struct jws_signed *jws);

#endif
