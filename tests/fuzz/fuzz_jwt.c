/* SPDX-License-Identifier: Apache-2.0 */
/* A token, and a key set: refused in a sentence, or of bounded size. The input is both, a NUL between them.
 * What is not signed is never taken, so that the parts behind the signature are tried with a key whose
 * signatures are made here. */
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/base64.h"
#include "server/identity/jwt.h"
#include "tests/fuzz/fuzz.h"

static EVP_PKEY *own_key;
static struct jwks *own_keys;

static void make_key(void)
{
    TEXT struct text why = TEXT_EMPTY;
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem;

    own_key = EVP_RSA_gen(2048);
    MUST(own_key && bio && PEM_write_bio_PUBKEY(bio, own_key) == 1);
    long length = BIO_get_mem_data(bio, &pem);
    own_keys = jwks_parse(pem, (size_t)length, &why);
    MUST(own_keys);
    BIO_free(bio);
}

static void try_token(const char *token, size_t length, const struct jwks *keys)
{
    const struct jwt_expectation expected = {
        .issuer = "i", .audience = "a", .is_id_token = true, .now_ms = 1700000000000};
    struct jwt out;

    if (jwt_verify(token, length, keys, &expected, &out) != JWT_OK)
        return;
    size_t subject = strlen(out.subject);
    MUST(length <= JWT_SIZE_MAX && subject && subject < JWT_SUBJECT_SIZE && strlen(out.once) == 64);
    MUST(out.expires_at > expected.now_ms - JWT_LEEWAY_MS);
}

/* The input as the claims of a token that is signed. */
static void try_claims(const uint8_t *data, size_t size)
{
    static const char header[] = "eyJhbGciOiJSUzI1NiJ9."; /* {"alg":"RS256"} */
    TEXT struct text token = TEXT_EMPTY;
    char claims[BASE64_SIZE(2048)], encoded[BASE64_SIZE(256)];
    unsigned char signature[256];
    size_t length = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    base64url_encode(data, size < 2048 ? size : 2048, claims);
    text_printf(&token, "%s%s", header, claims);
    MUST(context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, own_key) == 1);
    MUST(EVP_DigestSign(context, signature, &length, (const unsigned char *)token.data, token.length) == 1);
    EVP_MD_CTX_free(context);
    base64url_encode(signature, length, encoded);
    text_printf(&token, ".%s", encoded);
    try_token(token.data, token.length, own_keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEXT struct text why = TEXT_EMPTY;
    TEXT struct text text = TEXT_EMPTY;

    if (!own_key)
        make_key();
    text_add(&text, (const char *)data, size);
    const char *nul = size ? memchr(text.data, '\0', size) : NULL;
    const char *set = nul ? nul + 1 : text_get(&text);
    struct jwks *keys = jwks_parse(set, nul ? size - (size_t)(set - text.data) : size, &why);
    MUST((keys == NULL) == (why.length != 0));
    MUST(!keys || (jwks_count(keys) && jwks_count(keys) <= JWKS_KEYS_MAX));
    try_token(text_get(&text), nul ? (size_t)(nul - text.data) : size, keys ? keys : own_keys);
    try_claims(data, size);
    jwks_free(keys);
    return 0;
}
