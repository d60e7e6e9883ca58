/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/x509.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "sandbox/cloud/x509_private.h"

X509 *x509_parse(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

    BIO_free(bio);
    return certificate;
}

static long long time_ms(const ASN1_TIME *time)
{
    struct tm utc;

    return ASN1_TIME_to_tm(time, &utc) == 1 ? (long long)timegm(&utc) * 1000 : 0;
}

static void take_id(const X509 *certificate, char out[X509_ID_SIZE])
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);

    if (length < 0)
        abort();
    digest_sha256(der, (size_t)length, out);
    OPENSSL_free(der);
}

bool x509_key_is_strong(const EVP_PKEY *key)
{
    int bits = key ? EVP_PKEY_get_bits(key) : 0;

    if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
        return bits >= 2048;
    return key && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && (bits == 256 || bits == 384 || bits == 521);
}

bool x509_read(const char *pem, struct x509_facts *out)
{
    X509 *certificate = x509_parse(pem);

    if (!certificate)
        return false;
    *out = (struct x509_facts){
        .authority = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0,
        .strong_key = x509_key_is_strong(X509_get0_pubkey(certificate)),
        .not_before_ms = time_ms(X509_get0_notBefore(certificate)),
        .not_after_ms = time_ms(X509_get0_notAfter(certificate)),
    };
    take_id(certificate, out->id);
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, out->common_name,
                              sizeof out->common_name);
    X509_free(certificate);
    return true;
}

bool x509_is_signed_by(const char *pem, const char *authority)
{
    X509 *certificate = x509_parse(pem), *issuer = x509_parse(authority);
    bool signed_by = certificate && issuer &&
                     X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) == 0 &&
                     X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;

    X509_free(certificate);
    X509_free(issuer);
    return signed_by;
}
