/* SPDX-License-Identifier: Apache-2.0 */
/* An issuer of tokens with keys of every kind. */
#ifndef TESTS_UNIT_TOKEN_FIXTURE_H
#define TESTS_UNIT_TOKEN_FIXTURE_H

#include <openssl/evp.h>

#include "base/text.h"

EVP_PKEY *token_rsa(unsigned bits);    /* made once for each size; borrowed */
EVP_PKEY *token_ec(const char *curve); /* the same: "P-256" */
void token_jwk(struct text *out, EVP_PKEY *key, const char *kid,
               const char *more); /* more: ",\"use\":\"sig\"", or "" */
void token_pem(struct text *out, EVP_PKEY *key);

/* header and payload are JSON. An RSA key signs as RS256, an EC key as ES256. */
void token_sign(struct text *out, EVP_PKEY *key, const char *header, const char *payload);
/* The same with a signature made elsewhere. */
void token_join(struct text *out, const char *header, const char *payload, const unsigned char *signature,
                size_t length);

#endif
