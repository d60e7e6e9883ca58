/* SPDX-License-Identifier: Apache-2.0 */
/* Issues certificates; certificate.c inspects them. */
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "account/keys/certificate.h"
#include "account/keys/key_private.h"
#include "base/utf8.h"

#define HOUR_SECONDS 3600L

static bool is_common_name(const char *name)
{
    size_t length = strlen(name);
    uint32_t character = 0;

    if (length == 0 || length > COMMON_NAME_MAX)
        return false;
    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_decode(name + at, length - at, &character);
        if (size == 0 || utf8_is_hidden(character))
            return false;
    }
    return true;
}

bool key_private_name(X509_NAME *name, const char *common_name)
{
    if (!is_common_name(common_name))
        return false;
    if (!X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, (const unsigned char *)common_name,
                                    -1, -1, 0))
        abort();
    return true;
}

/* 159 bits: positive, and 20 octets (RFC 5280 4.1.2.2). */
static void set_serial_number(X509 *x509)
{
    BIGNUM *number = key_private_must(BN_new());

    if (!BN_rand(number, 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) ||
        !BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)))
        abort();
    BN_free(number);
}

static void add_extension(X509 *x509, X509V3_CTX *context, int nid, const char *value)
{
    X509_EXTENSION *extension = key_private_must(X509V3_EXT_conf_nid(NULL, context, nid, value));

    if (!X509_add_ext(x509, extension, -1))
        abort();
    X509_EXTENSION_free(extension);
}

static void add_extensions(X509 *x509, const X509 *issuer)
{
    X509V3_CTX context;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, (X509 *)(issuer != NULL ? issuer : x509), x509, NULL, NULL, 0);
    add_extension(x509, &context, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(x509, &context, NID_key_usage, "critical,digitalSignature");
    add_extension(x509, &context, NID_ext_key_usage, "clientAuth");
    add_extension(x509, &context, NID_subject_key_identifier, "hash");
}

X509 *key_private_issue(const char *common_name, EVP_PKEY *subject_key, const X509 *issuer,
                        EVP_PKEY *issuer_key, int days)
{
    X509 *x509 = key_private_must(X509_new());

    if (!key_private_name(X509_get_subject_name(x509), common_name)) {
        X509_free(x509);
        return NULL;
    }
    set_serial_number(x509);
    if (!X509_set_version(x509, X509_VERSION_3) || !X509_set_pubkey(x509, subject_key) ||
        !X509_set_issuer_name(x509, X509_get_subject_name(issuer != NULL ? issuer : x509)) ||
        X509_gmtime_adj(X509_getm_notBefore(x509), -HOUR_SECONDS) == NULL ||
        X509_time_adj_ex(X509_getm_notAfter(x509), days, 0, NULL) == NULL)
        abort();
    add_extensions(x509, issuer);
    if (!X509_sign(x509, issuer_key, key_private_digest(issuer_key)))
        abort();
    return x509;
}

struct certificate *certificate_self_signed(const struct private_key *key, const char *common_name, int days)
{
    X509 *x509 = key_private_issue(common_name, key->pkey, NULL, key->pkey, days);

    return x509 != NULL ? certificate_wrap(x509) : NULL;
}
