/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "sandbox/cloud/x509.h"
#include "sandbox/cloud/x509_private.h"

/* AWS IoT's own issuer, and the end of its certificates. */
#define ISSUER_UNIT "Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US"
#define LAST_MOMENT "20491231235959Z"
#define FILE_MOST ((size_t)64 * 1024)

struct x509_issuer {
    X509 *certificate;
    EVP_PKEY *key;
};

static void must(int fine)
{
    if (fine != 1)
        abort();
}

static void take_text(BIO *bio, struct text *out)
{
    char *bytes = NULL;
    long length = BIO_get_mem_data(bio, &bytes);

    text_add(out, bytes, (size_t)length);
    BIO_free(bio);
}

static void add_certificate(X509 *certificate, struct text *out)
{
    BIO *bio = BIO_new(BIO_s_mem());

    must(PEM_write_bio_X509(bio, certificate));
    take_text(bio, out);
}

static void add_private_key(EVP_PKEY *key, struct text *out)
{
    BIO *bio = BIO_new(BIO_s_mem());

    must(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
    take_text(bio, out);
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    must(extension != NULL);
    must(X509_add_ext(certificate, extension, -1));
    X509_EXTENSION_free(extension);
}

/* Sets everything except subject, issuer and key: serial number and validity. */
static X509 *new_certificate(const ASN1_TIME *end)
{
    unsigned char number[20];
    X509 *certificate = X509_new();

    must(certificate != NULL);
    random_bytes(number, sizeof number);
    number[0] &= 0x7f;
    BIGNUM *big = BN_bin2bn(number, sizeof number, NULL);
    must(BN_to_ASN1_INTEGER(big, X509_get_serialNumber(certificate)) != NULL);
    BN_free(big);
    must(X509_set_version(certificate, X509_VERSION_3));
    must(X509_gmtime_adj(X509_getm_notBefore(certificate), -120) != NULL);
    must(ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), LAST_MOMENT));
    if (end && ASN1_TIME_compare(end, X509_get0_notAfter(certificate)) < 0)
        must(X509_set1_notAfter(certificate, end));
    return certificate;
}

static void write_file(const char *path, const struct text *text)
{
    int error = file_replace(path, text_get(text), text->length, 0600);

    if (!error)
        return;
    fprintf(stderr, "expresslink-cloud: %s: %s\n", path, strerror(error));
    exit(1);
}

void x509_issuer_make(const char *certificate_path, const char *key_path)
{
    TEXT struct text pem = TEXT_EMPTY;
    TEXT struct text key_pem = TEXT_EMPTY;

    if (access(certificate_path, F_OK) == 0)
        return;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = new_certificate(NULL);
    X509_NAME *name = X509_get_subject_name(certificate);
    /* Longer than X.520 allows, like AWS's own: with the type given, OpenSSL does not check it. */
    must(X509_NAME_add_entry_by_txt(name, "OU", V_ASN1_UTF8STRING, (const unsigned char *)ISSUER_UNIT, -1, -1,
                                    0));
    must(X509_set_issuer_name(certificate, name));
    must(X509_set_pubkey(certificate, key));
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
    must(X509_sign(certificate, key, EVP_sha256()) > 0);
    add_private_key(key, &key_pem);
    add_certificate(certificate, &pem);
    write_file(key_path, &key_pem);
    write_file(certificate_path, &pem);
    EVP_PKEY_free(key);
    X509_free(certificate);
}

struct x509_issuer *x509_issuer_open(const char *certificate_path, const char *key_path, struct text *why)
{
    OWNED char *pem = NULL;
    OWNED char *key_pem = NULL;
    size_t length, key_length;

    if (file_read(certificate_path, FILE_MOST, &pem, &length) ||
        file_read(key_path, FILE_MOST, &key_pem, &key_length)) {
        text_printf(why, "%s and %s cannot be read", certificate_path, key_path);
        return NULL;
    }
    struct x509_issuer *issuer = memory_new(1, sizeof *issuer);
    BIO *bio = BIO_new_mem_buf(key_pem, -1);
    issuer->certificate = x509_parse(pem);
    issuer->key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (issuer->certificate && issuer->key && X509_check_private_key(issuer->certificate, issuer->key) == 1)
        return issuer;
    text_printf(why, "%s and %s are not a certificate and its key", certificate_path, key_path);
    x509_issuer_free(issuer);
    return NULL;
}

void x509_issuer_free(struct x509_issuer *issuer)
{
    if (!issuer)
        return;
    X509_free(issuer->certificate);
    EVP_PKEY_free(issuer->key);
    free(issuer);
}

static void issue(const struct x509_issuer *issuer, const X509_NAME *subject, EVP_PKEY *key, struct text *out)
{
    X509 *certificate = new_certificate(X509_get0_notAfter(issuer->certificate));

    must(X509_set_subject_name(certificate, subject));
    must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate)));
    must(X509_set_pubkey(certificate, key));
    add_extension(certificate, issuer->certificate, NID_subject_key_identifier, "hash");
    if (X509_get0_subject_key_id(issuer->certificate))
        add_extension(certificate, issuer->certificate, NID_authority_key_identifier, "keyid:always");
    add_extension(certificate, issuer->certificate, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate, issuer->certificate, NID_key_usage, "critical,digitalSignature");
    must(X509_sign(certificate, issuer->key, EVP_sha256()) > 0);
    add_certificate(certificate, out);
    X509_free(certificate);
}

bool x509_issue(const struct x509_issuer *issuer, const char *request, struct text *certificate)
{
    BIO *bio = BIO_new_mem_buf(request, -1);
    X509_REQ *parsed = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    EVP_PKEY *key = parsed ? X509_REQ_get0_pubkey(parsed) : NULL;
    bool fine = x509_key_is_strong(key) && X509_REQ_verify(parsed, key) == 1;

    if (fine)
        issue(issuer, X509_REQ_get_subject_name(parsed), key, certificate);
    X509_REQ_free(parsed);
    BIO_free(bio);
    return fine;
}

void x509_issue_with_key(const struct x509_issuer *issuer, struct text *certificate, struct text *public_key,
                         struct text *private_key)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509_NAME *subject = X509_NAME_new();
    BIO *bio = BIO_new(BIO_s_mem());

    must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    (const unsigned char *)"AWS IoT Certificate", -1, -1, 0));
    issue(issuer, subject, key, certificate);
    add_private_key(key, private_key);
    must(PEM_write_bio_PUBKEY(bio, key));
    take_text(bio, public_key);
    X509_NAME_free(subject);
    EVP_PKEY_free(key);
}
