/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/issuer.h"

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIAL_BITS 159 /* RFC 5280 4.1.2.2: 20 octets, positive */
#define KEY_BITS 2048   /* IoT, CreateKeysAndCertificate: RSA */

struct issuer {
    X509 *certificate;
    EVP_PKEY *key;
};

struct issuer *issuer_open(const char *certificate_file, const char *key_file)
{
    struct issuer *issuer = calloc(1, sizeof *issuer);
    FILE *certificate = fopen(certificate_file, "re"), *key = fopen(key_file, "re");

    if (issuer && certificate && key) {
        issuer->certificate = PEM_read_X509(certificate, NULL, NULL, NULL);
        issuer->key = PEM_read_PrivateKey(key, NULL, NULL, NULL);
    }
    if (certificate)
        fclose(certificate);
    if (key)
        fclose(key);
    if (issuer && issuer->certificate && issuer->key &&
        X509_check_private_key(issuer->certificate, issuer->key) == 1)
        return issuer;
    issuer_free(issuer);
    return NULL;
}

void issuer_free(struct issuer *issuer)
{
    if (!issuer)
        return;
    X509_free(issuer->certificate);
    EVP_PKEY_free(issuer->key);
    free(issuer);
}

static bool give_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    bool done = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) &&
                BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));

    BN_free(number);
    return done;
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool done = extension && X509_add_ext(certificate, extension, -1);

    X509_EXTENSION_free(extension);
    return done;
}

/* As at AWS IoT, certificates are valid until the end of 2049. */
static X509 *issue(const struct issuer *issuer, const X509_NAME *subject, EVP_PKEY *key)
{
    X509 *certificate = X509_new();

    if (certificate && X509_set_version(certificate, X509_VERSION_3) && give_serial(certificate) &&
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60) &&
        ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "20491231235959Z") &&
        X509_set_subject_name(certificate, subject) &&
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate)) &&
        X509_set_pubkey(certificate, key) &&
        add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
        X509_sign(certificate, issuer->key, EVP_sha256()) > 0)
        return certificate;
    X509_free(certificate);
    return NULL;
}

X509 *issuer_sign(const struct issuer *issuer, const char *request_pem)
{
    BIO *text = BIO_new_mem_buf(request_pem, -1);
    X509_REQ *request = text ? PEM_read_bio_X509_REQ(text, NULL, NULL, NULL) : NULL;
    EVP_PKEY *key = request ? X509_REQ_get0_pubkey(request) : NULL;
    X509 *certificate = NULL;

    if (key && X509_REQ_verify(request, key) == 1)
        certificate = issue(issuer, X509_REQ_get_subject_name(request), key);
    X509_REQ_free(request);
    BIO_free(text);
    return certificate;
}

static char *key_text(EVP_PKEY *key)
{
    BIO *text = BIO_new(BIO_s_mem());
    char *data = NULL, *copy = NULL;

    if (text && PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL)) {
        long length = BIO_get_mem_data(text, &data);
        copy = strndup(data, (size_t)length);
    }
    BIO_free(text);
    return copy;
}

X509 *issuer_make(const struct issuer *issuer, char **key_pem)
{
    static const unsigned char name[] = "AWS IoT Certificate";
    EVP_PKEY *key = EVP_RSA_gen(KEY_BITS);
    X509_NAME *subject = X509_NAME_new();
    char *text = key ? key_text(key) : NULL;
    X509 *certificate = NULL;

    if (text && subject && X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC, name, -1, -1, 0))
        certificate = issue(issuer, subject, key);
    X509_NAME_free(subject);
    EVP_PKEY_free(key);
    if (certificate)
        *key_pem = text;
    else
        free(text);
    return certificate;
}
