/* SPDX-License-Identifier: Apache-2.0 */
/* All devices of a product share the certificates above their own, and equal bytes at the same position give
 * equal base64. So the text after the device's certificate is compared with texts verified before, and only
 * the device's certificate is decoded each time. */
#include "sidewalk/certificate_chain.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/hash.h"
#include "base/memory.h"

#define SIGNATURE_BYTES 64
#define KEY_BYTES_MAX CHAIN_KEY_MAX
#define AUTHORITIES_MAX 5
#define AUTHORITY_SERIAL_BYTES 4
#define LONG_SERIAL_MARK 0xB
#define TEXT_MAX 8192
#define REMEMBERED 64

static const struct {
    size_t key;   /* bytes of a public key */
    size_t head;  /* bytes of the device's certificate */
    size_t split; /* base64 characters that contain bytes of the device's certificate */
} forms[] = {
    [CHAIN_ED25519] = {32, 128, 172},
    [CHAIN_P256] = {64, 160, 216},
};

struct authorities {
    enum chain_curve curve;
    char *text; /* owned; NULL: an unused place */
    size_t length;
    unsigned char first[2]; /* the bytes that share a base64 group with the device's certificate */
    uint64_t hash;
    enum chain_problem problem;
    EVP_PKEY *signer; /* owned: the key that signs devices; NULL unless the authorities are valid */
    unsigned long long used;
};

struct chain_verifier {
    struct authorities remembered[REMEMBERED];
    struct chain_root roots[CHAIN_P256 + 1];
    unsigned long long uses;
};

struct certificate {
    const unsigned char *serial, *key, *signature;
    size_t serial_length;
};

const char *chain_problem_words(enum chain_problem problem)
{
    static const char *const words[] = {
        [CHAIN_SOUND] = "it is valid",
        [CHAIN_NOT_BASE64] = "it is not base64",
        [CHAIN_BAD_LENGTH] = "its length does not match a chain of certificates",
        [CHAIN_BAD_AUTHORITY] = "the signature of one of its authorities is not valid",
        [CHAIN_BAD_DEVICE_SIGNATURE] = "the signature of the device's certificate is not valid",
        [CHAIN_OTHER_ROOT] = "its root is not Amazon's",
    };
    return words[problem];
}

struct chain_verifier *chain_verifier_new(void)
{
    return memory_new(1, sizeof(struct chain_verifier));
}

void chain_verifier_trust(struct chain_verifier *verifier, enum chain_curve curve,
                          const struct chain_root *root)
{
    verifier->roots[curve] = *root;
}

static void forget(struct authorities *authorities)
{
    free(authorities->text);
    EVP_PKEY_free(authorities->signer);
    *authorities = (struct authorities){0};
}

void chain_verifier_free(struct chain_verifier *verifier)
{
    if (verifier == NULL)
        return;
    for (size_t i = 0; i < REMEMBERED; i++)
        forget(&verifier->remembered[i]);
    free(verifier);
}

/* Returns NULL if the bytes are not a point of the curve. */
static EVP_PKEY *public_key(enum chain_curve curve, const unsigned char *bytes)
{
    if (curve == CHAIN_ED25519)
        return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, forms[curve].key);
    unsigned char point[1 + KEY_BYTES_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
    char group[] = "prime256v1";
    memcpy(point + 1, bytes, KEY_BYTES_MAX);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

/* Encodes r || s as OpenSSL needs it. Returns the length, 0 if it is not a signature. */
static int der_signature(const unsigned char *raw, unsigned char **out)
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, SIGNATURE_BYTES / 2, NULL);
    BIGNUM *s = BN_bin2bn(raw + SIGNATURE_BYTES / 2, SIGNATURE_BYTES / 2, NULL);
    int length = 0;

    if (signature != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(signature, r, s) == 1) {
        r = s = NULL; /* owned by the signature now */
        length = i2d_ECDSA_SIG(signature, out);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return length > 0 ? length : 0;
}

static bool signature_holds(enum chain_curve curve, EVP_PKEY *signer, const struct certificate *certificate)
{
    unsigned char said[KEY_BYTES_MAX + 256]; /* public key || serial */
    unsigned char *der = NULL;
    const unsigned char *signature = certificate->signature;
    size_t key = forms[curve].key, length = SIGNATURE_BYTES;

    memcpy(said, certificate->key, key);
    memcpy(said + key, certificate->serial, certificate->serial_length);
    if (curve == CHAIN_P256) {
        length = (size_t)der_signature(certificate->signature, &der);
        signature = der;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool holds =
        length > 0 && context != NULL &&
        EVP_DigestVerifyInit(context, NULL, curve == CHAIN_P256 ? EVP_sha256() : NULL, NULL, signer) == 1 &&
        EVP_DigestVerify(context, signature, length, said, key + certificate->serial_length) == 1;
    EVP_MD_CTX_free(context);
    OPENSSL_free(der);
    return holds;
}

/* Cuts off the certificates above the device. Returns their number, 0 if their lengths do not add up. */
static size_t cut(enum chain_curve curve, const unsigned char *bytes, size_t length, struct certificate *out)
{
    size_t count = 0, key = forms[curve].key;

    while (length > 0) {
        size_t serial = AUTHORITY_SERIAL_BYTES;
        if (count == AUTHORITIES_MAX || length < serial)
            return 0;
        if (bytes[3] >> 4 == LONG_SERIAL_MARK)
            serial = (bytes[2] & 0x7FU) + 2;
        if (serial < AUTHORITY_SERIAL_BYTES || length < serial + key + SIGNATURE_BYTES)
            return 0;
        out[count++] = (struct certificate){bytes, bytes + serial, bytes + serial + key, serial};
        bytes += serial + key + SIGNATURE_BYTES;
        length -= serial + key + SIGNATURE_BYTES;
    }
    return count == 3 || count == AUTHORITIES_MAX ? count : 0;
}

/* Verifies each authority with the next one's key, and the root with its own. signer: the lowest key, owned
 * by the caller. */
static bool authorities_hold(enum chain_curve curve, const struct certificate *certificates, size_t count,
                             EVP_PKEY **signer)
{
    EVP_PKEY *above = public_key(curve, certificates[count - 1].key);
    bool hold = above != NULL && signature_holds(curve, above, &certificates[count - 1]);

    for (size_t i = count - 1; hold && i-- > 0;) {
        EVP_PKEY *key = public_key(curve, certificates[i].key);
        hold = key != NULL && signature_holds(curve, above, &certificates[i]);
        EVP_PKEY_free(above);
        above = key;
    }
    if (hold)
        *signer = above;
    else
        EVP_PKEY_free(above);
    return hold;
}

static bool is_root(const struct chain_root *root, enum chain_curve curve, const struct certificate *last)
{
    return !root->known || memcmp(last->key, root->bytes, forms[curve].key) == 0;
}

/* Verifies the authorities' text, including `first`; sets problem and signer. */
static void verify(const struct chain_verifier *verifier, struct authorities *authorities)
{
    unsigned char bytes[sizeof authorities->first + BASE64_ROOM(TEXT_MAX)];
    struct certificate certificates[AUTHORITIES_MAX];
    size_t shared = BASE64_ROOM(forms[authorities->curve].split) - forms[authorities->curve].head, length,
           count;

    memcpy(bytes, authorities->first, shared);
    if (!base64_decode(authorities->text, authorities->length, bytes + shared, &length))
        authorities->problem = CHAIN_NOT_BASE64;
    else if ((count = cut(authorities->curve, bytes, shared + length, certificates)) == 0)
        authorities->problem = CHAIN_BAD_LENGTH;
    else if (!authorities_hold(authorities->curve, certificates, count, &authorities->signer))
        authorities->problem = CHAIN_BAD_AUTHORITY;
    else if (!is_root(&verifier->roots[authorities->curve], authorities->curve, &certificates[count - 1]))
        authorities->problem = CHAIN_OTHER_ROOT;
}

static bool is_same(const struct authorities *one, const struct authorities *other)
{
    return one->text != NULL && one->length == other->length && one->curve == other->curve &&
           memcmp(one->first, other->first, sizeof one->first) == 0 &&
           memcmp(one->text, other->text, one->length) == 0;
}

/* Returns the place of these authorities, or else the least recently used one. */
static struct authorities *place_of(struct chain_verifier *verifier, const struct authorities *wanted)
{
    struct authorities *oldest = &verifier->remembered[0];

    for (size_t i = 0; i < REMEMBERED; i++) {
        struct authorities *each = &verifier->remembered[i];
        if (is_same(each, wanted))
            return each;
        if (each->used < oldest->used)
            oldest = each;
    }
    return oldest;
}

/* Returns the verified authorities. text is borrowed. */
static const struct authorities *find(struct chain_verifier *verifier, const struct authorities *wanted)
{
    struct authorities *found = place_of(verifier, wanted);

    if (!is_same(found, wanted)) {
        forget(found);
        *found = *wanted;
        found->text = memory_new(wanted->length, 1); /* may contain a NUL */
        memcpy(found->text, wanted->text, wanted->length);
        found->hash =
            hash_bytes(hash_bytes(HASH_START, found->first, sizeof found->first), found->text, found->length);
        verify(verifier, found);
    }
    found->used = ++verifier->uses;
    return found;
}

/* length is a multiple of eight. */
static uint64_t mix(uint64_t hash, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
        hash ^= hash >> 29;
    }
    return hash;
}

enum chain_problem chain_read(struct chain_verifier *verifier, enum chain_curve curve, const char *base64,
                              size_t length, bool verify_device, struct chain_reading *out)
{
    unsigned char head[BASE64_ROOM(216)];
    size_t size = forms[curve].head, split = forms[curve].split, key = forms[curve].key;
    struct authorities above = {.curve = curve, .text = NULL};

    if (length % 4 != 0)
        return CHAIN_NOT_BASE64;
    if (length <= split || length > TEXT_MAX)
        return CHAIN_BAD_LENGTH;
    if (!base64_decode_groups(base64, split, head))
        return CHAIN_NOT_BASE64;
    memcpy(above.first, head + size, BASE64_ROOM(split) - size);
    above.text = (char *)(uintptr_t)(base64 + split); /* only compared and copied */
    above.length = length - split;
    const struct authorities *found = find(verifier, &above);
    if (found->problem == CHAIN_NOT_BASE64 || found->problem == CHAIN_BAD_LENGTH)
        return found->problem;
    memcpy(out->device.bytes, head, SMSN_BYTES);
    out->fingerprint = mix(found->hash, head, size);
    const struct certificate device = {head, head + SMSN_BYTES, head + SMSN_BYTES + key, SMSN_BYTES};
    bool signer = found->problem == CHAIN_SOUND || found->problem == CHAIN_OTHER_ROOT;
    if (signer && verify_device && !signature_holds(curve, found->signer, &device))
        return CHAIN_BAD_DEVICE_SIGNATURE;
    return found->problem;
}
