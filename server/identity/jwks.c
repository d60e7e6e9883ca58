/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/jwks.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/memory.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192 /* a larger one takes long to verify */
#define EXPONENT_BYTES_MAX 8
#define P256_BYTES 32
#define NUMBER_BYTES_MAX (RSA_BITS_MAX / 8)
#define KID_MAX 256

struct key {
    char *kid; /* owned; NULL: none is known */
    enum jws_algorithm algorithm;
    EVP_PKEY *pkey; /* owned */
};

struct jwks {
    atomic_uint shares;
    bool has_kids; /* false: of PEM blocks */
    size_t count;
    struct key keys[JWKS_KEYS_MAX];
};

struct number {
    unsigned char bytes[NUMBER_BYTES_MAX];
    size_t length;
};

static const char *member_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static bool member_number(const cJSON *object, const char *name, struct number *out)
{
    const char *text = member_text(object, name);
    size_t length = text ? strlen(text) : 0;

    return length && BASE64_ROOM(length + 2) <= sizeof out->bytes &&
           base64url_decode(text, length, out->bytes, &out->length) && out->length;
}

/* NULL: the parameters are no key. */
static EVP_PKEY *make_key(const char *type, OSSL_PARAM *parameters)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (!context || !parameters)
        abort();
    if (EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *rsa_of(const cJSON *jwk)
{
    struct number n, e;

    if (!member_number(jwk, "n", &n) || !member_number(jwk, "e", &e) || e.length > EXPONENT_BYTES_MAX)
        return NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *modulus = BN_bin2bn(n.bytes, (int)n.length, NULL);
    BIGNUM *exponent = BN_bin2bn(e.bytes, (int)e.length, NULL);
    if (!build || !modulus || !exponent || !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) ||
        !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent))
        abort();
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY *key = BN_is_odd(modulus) && BN_is_odd(exponent) && !BN_is_one(exponent)
                        ? make_key("RSA", parameters)
                        : NULL;
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

/* The coordinates have their full length (RFC 7518, 6.2.1.2). A point that is not on the curve is no key. */
static EVP_PKEY *ec_of(const cJSON *jwk)
{
    struct number x, y;
    unsigned char point[1 + 2 * P256_BYTES] = {POINT_CONVERSION_UNCOMPRESSED};
    const char *curve = member_text(jwk, "crv");
    char group[] = "P-256";

    if (!curve || strcmp(curve, group) != 0 || !member_number(jwk, "x", &x) || !member_number(jwk, "y", &y) ||
        x.length != P256_BYTES || y.length != P256_BYTES)
        return NULL;
    memcpy(point + 1, x.bytes, P256_BYTES);
    memcpy(point + 1 + P256_BYTES, y.bytes, P256_BYTES);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    return make_key("EC", parameters);
}

/* Whether it is a sound key of an algorithm of the list. */
static bool algorithm_of(EVP_PKEY *key, enum jws_algorithm *out)
{
    char group[32] = "";

    if (EVP_PKEY_is_a(key, "RSA")) {
        *out = JWS_RS256;
        return EVP_PKEY_get_bits(key) >= RSA_BITS_MIN && EVP_PKEY_get_bits(key) <= RSA_BITS_MAX;
    }
    if (!EVP_PKEY_is_a(key, "EC") || !EVP_PKEY_get_group_name(key, group, sizeof group, NULL))
        return false;
    *out = JWS_ES256;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool is_sound = strcmp(group, "prime256v1") == 0 && context && EVP_PKEY_public_check_quick(context) == 1;
    EVP_PKEY_CTX_free(context);
    return is_sound;
}

/* Takes ownership of key, which may be NULL. False: it cannot be used. */
static bool add_key(struct jwks *set, EVP_PKEY *key, const char *kid)
{
    enum jws_algorithm algorithm;

    if (!key || set->count == JWKS_KEYS_MAX || !algorithm_of(key, &algorithm)) {
        EVP_PKEY_free(key);
        return false;
    }
    set->keys[set->count++] = (struct key){memory_string(kid), algorithm, key};
    return true;
}

static bool is_said(const cJSON *jwk, const char *name, const char *wanted)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(jwk, name);
    const char *text = cJSON_GetStringValue(member);

    return !member || (text && strcmp(text, wanted) == 0);
}

static bool may_verify(const cJSON *jwk)
{
    const cJSON *operations = cJSON_GetObjectItemCaseSensitive(jwk, "key_ops");
    const cJSON *each;

    if (!operations)
        return true;
    cJSON_ArrayForEach(each, operations)
    {
        const char *text = cJSON_GetStringValue(each);
        if (text && strcmp(text, "verify") == 0)
            return true;
    }
    return false;
}

/* Keys of other kinds and uses are common in real sets, and are passed over. */
static void add_jwk(struct jwks *set, const cJSON *jwk)
{
    const char *type = member_text(jwk, "kty");
    const char *kid = member_text(jwk, "kid");
    bool has_kid = cJSON_GetObjectItemCaseSensitive(jwk, "kid") != NULL;

    if (!type || !may_verify(jwk) || !is_said(jwk, "use", "sig") ||
        (has_kid && (!kid || strlen(kid) > KID_MAX)))
        return;
    if (strcmp(type, "RSA") == 0 && is_said(jwk, "alg", "RS256"))
        add_key(set, rsa_of(jwk), kid);
    else if (strcmp(type, "EC") == 0 && is_said(jwk, "alg", "ES256"))
        add_key(set, ec_of(jwk), kid);
}

static bool read_json(struct jwks *set, const char *text, size_t length, struct text *why)
{
    JSON cJSON *object = json_object_parse_within(text, length, JWKS_SIZE_MAX);
    const cJSON *keys = cJSON_GetObjectItemCaseSensitive(object, "keys");
    const cJSON *each;

    set->has_kids = true;
    if (!cJSON_IsArray(keys) || json_has_duplicates(object)) {
        text_puts(why, "is neither a JSON Web Key Set nor public keys in PEM");
        return false;
    }
    if (cJSON_GetArraySize(keys) > JWKS_KEYS_MAX) {
        text_printf(why, "has more than %d keys", JWKS_KEYS_MAX);
        return false;
    }
    cJSON_ArrayForEach(each, keys)
    {
        add_jwk(set, each);
    }
    return true;
}

/* The key of one PEM block; NULL: it has none. */
static EVP_PKEY *block_key(const char *name, const unsigned char *bytes, long length)
{
    if (strcmp(name, PEM_STRING_PUBLIC) == 0)
        return d2i_PUBKEY(NULL, &bytes, length);
    if (strcmp(name, PEM_STRING_X509) != 0)
        return NULL;
    X509 *certificate = d2i_X509(NULL, &bytes, length);
    EVP_PKEY *key = certificate ? X509_get_pubkey(certificate) : NULL;
    X509_free(certificate);
    return key;
}

static bool read_block(struct jwks *set, BIO *bio, struct text *why, bool *more)
{
    char *name = NULL, *header = NULL;
    unsigned char *bytes = NULL;
    long length = 0;

    *more = PEM_read_bio(bio, &name, &header, &bytes, &length) == 1;
    if (!*more)
        return true;
    bool is_private = strstr(name, "PRIVATE") != NULL;
    bool is_full = set->count == JWKS_KEYS_MAX;
    if (is_private)
        text_puts(why, "has a private key: keep that where tokens are made, and give its public half");
    else if (is_full)
        text_printf(why, "has more than %d keys", JWKS_KEYS_MAX);
    else
        add_key(set, block_key(name, bytes, length), NULL);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(bytes, (size_t)length);
    return !is_private && !is_full;
}

static bool read_pem(struct jwks *set, const char *text, size_t length, struct text *why)
{
    BIO *bio = BIO_new_mem_buf(text, (int)length);
    bool more = true, fine = true;

    if (!bio)
        abort();
    while (more && fine)
        fine = read_block(set, bio, why, &more);
    BIO_free(bio);
    return fine;
}

struct jwks *jwks_parse(const char *text, size_t length, struct text *why)
{
    static const char pem[] = "-----BEGIN ";

    if (length > JWKS_SIZE_MAX) {
        text_printf(why, "is larger than %zu KiB", JWKS_SIZE_MAX / 1024);
        return NULL;
    }
    struct jwks *set = memory_new(1, sizeof *set);
    set->shares = 1;
    bool fine = memmem(text, length, pem, sizeof pem - 1) && text[0] != '{'
                    ? read_pem(set, text, length, why)
                    : read_json(set, text, length, why);
    ERR_clear_error();
    if (fine && set->count)
        return set;
    if (fine)
        text_puts(why, "has no key for RS256 (RSA of 2048 bits or more) or ES256 (P-256)");
    jwks_free(set);
    return NULL;
}

struct jwks *jwks_share(struct jwks *set)
{
    set->shares++;
    return set;
}

void jwks_free(struct jwks *set)
{
    if (!set || --set->shares)
        return;
    for (size_t i = 0; i < set->count; i++) {
        free(set->keys[i].kid);
        EVP_PKEY_free(set->keys[i].pkey);
    }
    free(set);
}

size_t jwks_count(const struct jwks *set)
{
    return set->count;
}

/* The signature as OpenSSL takes it; freed with OPENSSL_free(). 0: it has not the length of one. */
static int der_of(const struct jws_signed *jws, unsigned char **out)
{
    if (jws->signature_length != 2ul * P256_BYTES)
        return 0;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(jws->signature, P256_BYTES, NULL);
    BIGNUM *s = BN_bin2bn(jws->signature + P256_BYTES, P256_BYTES, NULL);
    if (!pair || !r || !s || !ECDSA_SIG_set0(pair, r, s))
        abort();
    int length = i2d_ECDSA_SIG(pair, out);
    ECDSA_SIG_free(pair);
    return length > 0 ? length : 0;
}

static bool verifies(EVP_PKEY *key, const struct jws_signed *jws, const unsigned char *signature,
                     size_t length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (!context)
        abort();
    /* RSA's padding is PKCS #1 v1.5 unless another is asked for, which is what RS256 means. */
    bool fine =
        EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestVerify(context, signature, length, (const unsigned char *)jws->text, jws->text_length) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return fine;
}

static bool key_verifies(const struct key *key, const struct jws_signed *jws)
{
    unsigned char *der = NULL;

    if (key->algorithm == JWS_RS256)
        return verifies(key->pkey, jws, jws->signature, jws->signature_length);
    int length = der_of(jws, &der);
    bool fine = length && verifies(key->pkey, jws, der, (size_t)length);
    OPENSSL_free(der);
    return fine;
}

static bool is_meant(const struct jwks *set, const struct key *key, const struct jws_signed *jws)
{
    if (key->algorithm != jws->algorithm)
        return false;
    return !set->has_kids || !jws->kid || (key->kid && strcmp(key->kid, jws->kid) == 0);
}

enum jws_verdict jwks_verify(const struct jwks *set, const struct jws_signed *jws)
{
    size_t meant = 0;

    for (size_t i = 0; i < set->count; i++)
        meant += is_meant(set, &set->keys[i], jws);
    if (!meant || (meant > 1 && set->has_kids && !jws->kid))
        return JWS_UNKNOWN_KEY;
    for (size_t i = 0; i < set->count; i++)
        if (is_meant(set, &set->keys[i], jws) && key_verifies(&set->keys[i], jws))
            return JWS_VERIFIED;
    return JWS_FORGED;
}
