/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/birth_authority.h"

#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#define VALID_DAYS 7300
#define SERIAL_BITS 127

struct birth_authority {
    X509 *certificate;
    EVP_PKEY *key;
    EVP_PKEY *module_key;
};

static X509 *read_certificate(const char *path)
{
    FILE *file = fopen(path, "re");

    if (!file)
        return NULL;
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    return certificate;
}

static EVP_PKEY *read_key(const char *path)
{
    FILE *file = fopen(path, "re");

    if (!file)
        return NULL;
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    return key;
}

struct birth_authority *birth_authority_open(const char *ca_file, const char *ca_key_file,
                                             const char *module_key_file)
{
    struct birth_authority *authority = memory_new(1, sizeof *authority);

    authority->certificate = read_certificate(ca_file);
    authority->key = read_key(ca_key_file);
    authority->module_key = read_key(module_key_file);
    if (authority->certificate && authority->key && authority->module_key)
        return authority;
    birth_authority_close(authority);
    return NULL;
}

void birth_authority_close(struct birth_authority *authority)
{
    if (!authority)
        return;
    X509_free(authority->certificate);
    EVP_PKEY_free(authority->key);
    EVP_PKEY_free(authority->module_key);
    free(authority);
}

static bool set_random_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();

    bool done = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
                BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return done;
}

static bool add_to_name(X509_NAME *name, int nid, const char *value)
{
    return X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1;
}

static bool set_names(X509 *certificate, X509 *issuer, const char *thing_name)
{
    char organization[128] = "";
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME *authority = X509_get_subject_name(issuer);

    return X509_NAME_get_text_by_NID(authority, NID_organizationName, organization, sizeof organization) >
               0 &&
           add_to_name(subject, NID_organizationName, organization) &&
           add_to_name(subject, NID_serialNumber, thing_name) &&
           add_to_name(subject, NID_commonName, thing_name) && X509_set_issuer_name(certificate, authority);
}

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool done = extension && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return done;
}

static bool fill(X509 *certificate, const struct birth_authority *authority, const char *thing_name)
{
    X509 *issuer = authority->certificate;

    return X509_set_version(certificate, X509_VERSION_3) && set_random_serial(certificate) &&
           set_names(certificate, issuer, thing_name) &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -60) &&
           X509_time_adj_ex(X509_getm_notAfter(certificate), VALID_DAYS, 0, NULL) &&
           X509_set_pubkey(certificate, authority->module_key) &&
           add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
           add_extension(certificate, issuer, NID_ext_key_usage, "clientAuth") &&
           add_extension(certificate, issuer, NID_authority_key_identifier, "keyid") &&
           X509_sign(certificate, authority->key, EVP_sha256()) > 0;
}

/* The file gets its final name only when it is complete, as another process may look for it. */
static bool write_certificate(X509 *certificate, const char *path)
{
    BIO *pem = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    bool made = pem && PEM_write_bio_X509(pem, certificate) == 1;
    long length = made ? BIO_get_mem_data(pem, &bytes) : 0;
    bool written = length > 0 && file_replace(path, bytes, (size_t)length, 0600) == 0;

    BIO_free(pem);
    return written;
}

bool birth_authority_ensure_certificate(const struct birth_authority *authority, const char *thing_name,
                                        const char *path)
{
    if (access(path, R_OK) == 0)
        return true;
    X509 *certificate = X509_new();
    bool done =
        certificate && fill(certificate, authority, thing_name) && write_certificate(certificate, path);
    X509_free(certificate);
    return done;
}
