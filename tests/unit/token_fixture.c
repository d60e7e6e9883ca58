/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/token_fixture.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "tests/unit/test.h"

#define KEYS_MAX 8

EVP_PKEY *token_rsa(unsigned bits)
{
    static EVP_PKEY *keys[KEYS_MAX];
    static unsigned sizes[KEYS_MAX];
    size_t at = 0;

    while (keys[at] && sizes[at] != bits)
        at++;
    if (!keys[at])
        keys[at] = EVP_RSA_gen(bits);
    sizes[at] = bits;
    assert_non_null(keys[at]);
    return keys[at];
}

EVP_PKEY *token_ec(const char *curve)
{
    static EVP_PKEY *keys[KEYS_MAX];
    static const char *curves[KEYS_MAX];
    size_t at = 0;

    while (keys[at] && strcmp(curves[at], curve) != 0)
        at++;
    if (!keys[at])
        keys[at] = EVP_EC_gen(curve);
    curves[at] = curve;
    assert_non_null(keys[at]);
    return keys[at];
}

static void add_base64url(struct text *out, const unsigned char *bytes, size_t length)
{
    char *text = malloc(BASE64_SIZE(length));

    base64url_encode(bytes, length, text);
    text_puts(out, text);
    free(text);
}

static void add_number(struct text *out, const char *name, EVP_PKEY *key, const char *parameter, int length)
{
    BIGNUM *number = NULL;
    unsigned char bytes[1024];

    assert_int_equal(EVP_PKEY_get_bn_param(key, parameter, &number), 1);
    int size = length ? length : BN_num_bytes(number);
    BN_bn2binpad(number, bytes, size);
    text_printf(out, ",\"%s\":\"", name);
    add_base64url(out, bytes, (size_t)size);
    text_puts(out, "\"");
    BN_free(number);
}

void token_jwk(struct text *out, EVP_PKEY *key, const char *kid, const char *more)
{
    bool is_rsa = EVP_PKEY_is_a(key, "RSA");

    text_printf(out, "{\"kty\":\"%s\"%s", is_rsa ? "RSA" : "EC", more);
    if (kid)
        text_printf(out, ",\"kid\":\"%s\"", kid);
    if (is_rsa) {
        add_number(out, "n", key, OSSL_PKEY_PARAM_RSA_N, 0);
        add_number(out, "e", key, OSSL_PKEY_PARAM_RSA_E, 0);
    } else {
        int length = (EVP_PKEY_get_bits(key) + 7) / 8;
        text_printf(out, ",\"crv\":\"P-%d\"", EVP_PKEY_get_bits(key));
        add_number(out, "x", key, OSSL_PKEY_PARAM_EC_PUB_X, length);
        add_number(out, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y, length);
    }
    text_puts(out, "}");
}

void token_pem(struct text *out, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes;

    assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
    long length = BIO_get_mem_data(bio, &bytes);
    text_add(out, bytes, (size_t)length);
    BIO_free(bio);
}

static void add_input(struct text *out, const char *header, const char *payload)
{
    add_base64url(out, (const unsigned char *)header, strlen(header));
    text_puts(out, ".");
    add_base64url(out, (const unsigned char *)payload, strlen(payload));
}

void token_join(struct text *out, const char *header, const char *payload, const unsigned char *signature,
                size_t length)
{
    add_input(out, header, payload);
    text_puts(out, ".");
    add_base64url(out, signature, length);
}

static size_t raw_of(EVP_PKEY *key, const unsigned char *der, size_t length, unsigned char *out)
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);
    int half = (EVP_PKEY_get_bits(key) + 7) / 8;

    assert_non_null(pair);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, half);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + half, half);
    ECDSA_SIG_free(pair);
    return 2 * (size_t)half;
}

void token_sign(struct text *out, EVP_PKEY *key, const char *header, const char *payload)
{
    TEXT struct text input = TEXT_EMPTY;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[1024], raw[1024];
    size_t length = sizeof signature;

    add_input(&input, header, payload);
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(
        EVP_DigestSign(context, signature, &length, (const unsigned char *)input.data, input.length), 1);
    EVP_MD_CTX_free(context);
    if (EVP_PKEY_is_a(key, "RSA"))
        token_join(out, header, payload, signature, length);
    else
        token_join(out, header, payload, raw, raw_of(key, signature, length, raw));
}
