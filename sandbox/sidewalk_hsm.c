/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sidewalk_hsm.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/memory.h"
#include "base/text.h"

#define AUTHORITIES 5 /* from the root, Amazon, to the DAK, which signs devices */
#define AUTHORITY_SERIAL_BYTES 4
#define SECRET_BYTES 32
#define P256_POINT_BYTES 65 /* 4 || x || y */
#define SIGNATURE_BYTES 64
#define CHAIN_BYTES_MAX 820
#define DER_SIGNATURE_BYTES_MAX 80

static const char *const authority_names[AUTHORITIES] = {"Amazon", "Sidewalk", "manufacturer", "product",
                                                         "DAK"};

/* For one curve: the DAK's key, and the authorities' certificates, the DAK's first, the root's last. */
struct branch {
    EVP_PKEY *dak;
    unsigned char authorities[CHAIN_BYTES_MAX];
    size_t authorities_length;
};

struct sidewalk_hsm {
    char *seed, *apid;
    bool one_key;
    EC_GROUP *group;
    struct branch p256, ed25519;
};

struct sidewalk_signer {
    const struct sidewalk_hsm *hsm;
    BN_CTX *numbers;
    EVP_PKEY_CTX *p256;
    EVP_MD_CTX *ed25519;
    unsigned char p256_public[SIGNATURE_BYTES],
        ed25519_public[SECRET_BYTES]; /* of the current device; with one_key, of all devices */
};

static void must(bool done)
{
    if (!done)
        abort();
}

static void derive_secret(const char *seed, const char *curve, const char *owner, unsigned long long number,
                          unsigned char out[SECRET_BYTES])
{
    TEXT struct text source = TEXT_EMPTY;

    text_printf(&source, "%s/%s/%s/%llu", seed, curve, owner, number);
    SHA256((const unsigned char *)text_get(&source), source.length, out);
}

/* Returns a number in [1, order of the group): a value outside, about one in 2^32, is hashed again. */
static BIGNUM *p256_scalar(const EC_GROUP *group, unsigned char secret[SECRET_BYTES])
{
    for (;;) {
        BIGNUM *scalar = BN_bin2bn(secret, SECRET_BYTES, NULL);
        must(scalar != NULL);
        if (!BN_is_zero(scalar) && BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0)
            return scalar;
        BN_clear_free(scalar);
        unsigned char again[SECRET_BYTES];
        SHA256(secret, SECRET_BYTES, again);
        memcpy(secret, again, sizeof again);
    }
}

static void p256_point(const EC_GROUP *group, const BIGNUM *scalar, BN_CTX *numbers,
                       unsigned char out[P256_POINT_BYTES])
{
    EC_POINT *point = EC_POINT_new(group);

    must(point && EC_POINT_mul(group, point, scalar, NULL, NULL, numbers) == 1 &&
         EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out, P256_POINT_BYTES, numbers) ==
             P256_POINT_BYTES);
    EC_POINT_free(point);
}

static EVP_PKEY *p256_key(const EC_GROUP *group, unsigned char secret[SECRET_BYTES],
                          unsigned char point[P256_POINT_BYTES])
{
    BIGNUM *scalar = p256_scalar(group, secret);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;

    p256_point(group, scalar, NULL, point);
    must(builder && context &&
         OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
         OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1 &&
         OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, P256_POINT_BYTES) == 1);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    must(parameters && EVP_PKEY_fromdata_init(context) == 1 &&
         EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) == 1);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    BN_clear_free(scalar);
    return key;
}

static EVP_PKEY *ed25519_key(const unsigned char secret[SECRET_BYTES], unsigned char out[SECRET_BYTES])
{
    size_t length = SECRET_BYTES;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, SECRET_BYTES);

    must(key && EVP_PKEY_get_raw_public_key(key, out, &length) == 1 && length == SECRET_BYTES);
    return key;
}

/* OpenSSL's signature is DER; a chain needs r || s. */
static void p256_sign(EVP_PKEY_CTX *context, const unsigned char *bytes, size_t length,
                      unsigned char out[SIGNATURE_BYTES])
{
    unsigned char digest[SHA256_DIGEST_LENGTH], der[DER_SIGNATURE_BYTES_MAX];
    const unsigned char *at = der;
    size_t size = sizeof der;

    SHA256(bytes, length, digest);
    must(EVP_PKEY_sign(context, der, &size, digest, sizeof digest) == 1);
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)size);
    must(signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, SIGNATURE_BYTES / 2) > 0 &&
         BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + SIGNATURE_BYTES / 2, SIGNATURE_BYTES / 2) > 0);
    ECDSA_SIG_free(signature);
}

static EVP_PKEY_CTX *p256_signing(EVP_PKEY *key)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

    must(context && EVP_PKEY_sign_init(context) == 1);
    return context;
}

static void ed25519_sign(EVP_MD_CTX *context, const unsigned char *bytes, size_t length,
                         unsigned char out[SIGNATURE_BYTES])
{
    size_t size = SIGNATURE_BYTES;

    must(EVP_DigestSign(context, out, &size, bytes, length) == 1 && size == SIGNATURE_BYTES);
}

static EVP_MD_CTX *ed25519_signing(EVP_PKEY *key)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    must(context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1);
    return context;
}

/* Signs public key || serial and writes serial || public key || signature. Returns the length of the
 * certificate. */
static size_t put_certificate(unsigned char *out, const unsigned char *serial, size_t serial_length,
                              const unsigned char *public_key, size_t key_length, EVP_PKEY_CTX *p256,
                              EVP_MD_CTX *ed25519)
{
    unsigned char claim[2 * SIGNATURE_BYTES];
    unsigned char *signature = out + serial_length + key_length;

    memcpy(out, serial, serial_length);
    memcpy(out + serial_length, public_key, key_length);
    memcpy(claim, public_key, key_length);
    memcpy(claim + key_length, serial, serial_length);
    if (p256)
        p256_sign(p256, claim, key_length + serial_length, signature);
    else
        ed25519_sign(ed25519, claim, key_length + serial_length, signature);
    return serial_length + key_length + SIGNATURE_BYTES;
}

static void authority_serial(const char *seed, const char *curve, const char *name, unsigned char *out)
{
    unsigned char secret[SECRET_BYTES];

    derive_secret(seed, curve, name, 1, secret);
    memcpy(out, secret, AUTHORITY_SERIAL_BYTES);
    out[3] &= 0x7f; /* 1011.... would mean a longer serial number */
}

/* Puts a certificate before the others: the root's is made first and comes last. */
static void put_before(struct branch *branch, const unsigned char *certificate, size_t length)
{
    must(branch->authorities_length + length <= sizeof branch->authorities);
    memmove(branch->authorities + length, branch->authorities, branch->authorities_length);
    memcpy(branch->authorities, certificate, length);
    branch->authorities_length += length;
}

static void make_p256_branch(struct sidewalk_hsm *hsm)
{
    unsigned char secret[SECRET_BYTES], point[P256_POINT_BYTES], serial[AUTHORITY_SERIAL_BYTES];
    unsigned char certificate[CHAIN_BYTES_MAX];
    EVP_PKEY_CTX *issuer = NULL;

    for (size_t i = 0; i < AUTHORITIES; i++) {
        derive_secret(hsm->seed, "P-256", authority_names[i], 0, secret);
        authority_serial(hsm->seed, "P-256", authority_names[i], serial);
        EVP_PKEY *key = p256_key(hsm->group, secret, point);
        EVP_PKEY_CTX *own = p256_signing(key);
        size_t length = put_certificate(certificate, serial, sizeof serial, point + 1, P256_POINT_BYTES - 1,
                                        issuer ? issuer : own, NULL);
        put_before(&hsm->p256, certificate, length);
        EVP_PKEY_CTX_free(issuer);
        EVP_PKEY_free(hsm->p256.dak);
        issuer = own;
        hsm->p256.dak = key;
    }
    EVP_PKEY_CTX_free(issuer);
}

static void make_ed25519_branch(struct sidewalk_hsm *hsm)
{
    unsigned char secret[SECRET_BYTES], public_key[SECRET_BYTES], serial[AUTHORITY_SERIAL_BYTES];
    unsigned char certificate[CHAIN_BYTES_MAX];
    EVP_MD_CTX *issuer = NULL;

    for (size_t i = 0; i < AUTHORITIES; i++) {
        derive_secret(hsm->seed, "Ed25519", authority_names[i], 0, secret);
        authority_serial(hsm->seed, "Ed25519", authority_names[i], serial);
        EVP_PKEY *key = ed25519_key(secret, public_key);
        EVP_MD_CTX *own = ed25519_signing(key);
        size_t length = put_certificate(certificate, serial, sizeof serial, public_key, sizeof public_key,
                                        NULL, issuer ? issuer : own);
        put_before(&hsm->ed25519, certificate, length);
        EVP_MD_CTX_free(issuer);
        EVP_PKEY_free(hsm->ed25519.dak);
        issuer = own;
        hsm->ed25519.dak = key;
    }
    EVP_MD_CTX_free(issuer);
}

struct sidewalk_hsm *sidewalk_hsm_new(const char *seed, const char *apid, bool one_key)
{
    struct sidewalk_hsm *hsm = memory_new(1, sizeof *hsm);

    hsm->seed = memory_string(seed);
    hsm->apid = memory_string(apid);
    hsm->one_key = one_key;
    hsm->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    must(hsm->group != NULL);
    make_p256_branch(hsm);
    make_ed25519_branch(hsm);
    return hsm;
}

void sidewalk_hsm_free(struct sidewalk_hsm *hsm)
{
    if (!hsm)
        return;
    EVP_PKEY_free(hsm->p256.dak);
    EVP_PKEY_free(hsm->ed25519.dak);
    EC_GROUP_free(hsm->group);
    free(hsm->seed);
    free(hsm->apid);
    free(hsm);
}

static void device_p256(struct sidewalk_signer *signer, unsigned long long number,
                        unsigned char out[SIGNATURE_BYTES])
{
    unsigned char secret[SECRET_BYTES], point[P256_POINT_BYTES];

    derive_secret(signer->hsm->seed, "P-256", "device", number, secret);
    BIGNUM *scalar = p256_scalar(signer->hsm->group, secret);
    p256_point(signer->hsm->group, scalar, signer->numbers, point);
    memcpy(out, point + 1, SIGNATURE_BYTES);
    BN_clear_free(scalar);
}

static void device_ed25519(const struct sidewalk_signer *signer, unsigned long long number,
                           unsigned char out[SECRET_BYTES])
{
    unsigned char secret[SECRET_BYTES];

    derive_secret(signer->hsm->seed, "Ed25519", "device", number, secret);
    EVP_PKEY_free(ed25519_key(secret, out));
}

struct sidewalk_signer *sidewalk_signer_new(const struct sidewalk_hsm *hsm)
{
    struct sidewalk_signer *signer = memory_new(1, sizeof *signer);

    signer->hsm = hsm;
    signer->numbers = BN_CTX_new();
    must(signer->numbers != NULL);
    signer->p256 = p256_signing(hsm->p256.dak);
    signer->ed25519 = ed25519_signing(hsm->ed25519.dak);
    device_p256(signer, 0, signer->p256_public);
    device_ed25519(signer, 0, signer->ed25519_public);
    return signer;
}

void sidewalk_signer_free(struct sidewalk_signer *signer)
{
    if (!signer)
        return;
    BN_CTX_free(signer->numbers);
    EVP_PKEY_CTX_free(signer->p256);
    EVP_MD_CTX_free(signer->ed25519);
    free(signer);
}

/* SMSN = SHA-256(device_type + "-" + stage + DSN + ApId). */
static void make_smsn(const struct sidewalk_hsm *hsm, unsigned long long number, struct smsn *out)
{
    TEXT struct text source = TEXT_EMPTY;
    unsigned char batch[SECRET_BYTES];

    derive_secret(hsm->seed, "", "batch", 0, batch);
    text_printf(&source, "expresslink-sandbox-PRODUCTIONG%02X%02X%02X%010llu%s", batch[0], batch[1], batch[2],
                number, hsm->apid);
    SHA256((const unsigned char *)text_get(&source), source.length, out->bytes);
}

static void write_chain(const struct branch *branch, unsigned char *chain, size_t device_length, char *out)
{
    must(device_length + branch->authorities_length <= CHAIN_BYTES_MAX);
    memcpy(chain + device_length, branch->authorities, branch->authorities_length);
    base64_encode(chain, device_length + branch->authorities_length, out);
}

void sidewalk_signer_make(struct sidewalk_signer *signer, unsigned long long number,
                          struct sidewalk_device *out)
{
    const struct sidewalk_hsm *hsm = signer->hsm;
    unsigned char chain[CHAIN_BYTES_MAX];
    struct smsn smsn;

    if (!hsm->one_key) {
        device_p256(signer, number, signer->p256_public);
        device_ed25519(signer, number, signer->ed25519_public);
    }
    make_smsn(hsm, number, &smsn);
    hex_encode(smsn.bytes, SMSN_BYTES, out->smsn);
    size_t length = put_certificate(chain, smsn.bytes, SMSN_BYTES, signer->p256_public,
                                    sizeof signer->p256_public, signer->p256, NULL);
    write_chain(&hsm->p256, chain, length, out->p256);
    length = put_certificate(chain, smsn.bytes, SMSN_BYTES, signer->ed25519_public,
                             sizeof signer->ed25519_public, NULL, signer->ed25519);
    write_chain(&hsm->ed25519, chain, length, out->ed25519);
}
