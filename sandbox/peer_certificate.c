/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/peer_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "sandbox/mosquitto_api.h"

X509 *peer_certificate(const struct mosquitto *client)
{
    return mosquitto_client_certificate(client);
}

X509 *certificate_read(const char *path)
{
    FILE *file = fopen(path, "re");

    if (!file)
        return NULL;
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    return certificate;
}

X509 *certificate_parse(const char *pem)
{
    BIO *text = pem ? BIO_new_mem_buf(pem, -1) : NULL;
    X509 *certificate = text ? PEM_read_bio_X509(text, NULL, NULL, NULL) : NULL;

    BIO_free(text);
    return certificate;
}

char *certificate_pem(X509 *certificate)
{
    BIO *text = BIO_new(BIO_s_mem());
    char *data = NULL, *copy = NULL;

    if (text && PEM_write_bio_X509(text, certificate)) {
        long length = BIO_get_mem_data(text, &data);
        copy = strndup(data, (size_t)length);
    }
    BIO_free(text);
    return copy;
}

void certificate_id(const X509 *certificate, char out[CERTIFICATE_ID_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    out[0] = '\0';
    if (!X509_digest(certificate, EVP_sha256(), digest, &length))
        return;
    hex_encode(digest, (CERTIFICATE_ID_SIZE - 1) / 2, out);
}

bool certificate_issued_by(X509 *certificate, X509 *authority)
{
    return X509_check_issued(authority, certificate) == X509_V_OK &&
           X509_verify(certificate, X509_get0_pubkey(authority)) == 1;
}

bool certificate_subject(const X509 *certificate, int nid, char out[CERTIFICATE_TEXT_SIZE])
{
    const X509_NAME *subject = X509_get_subject_name(certificate);
    int index = X509_NAME_get_index_by_NID(subject, nid, -1);

    if (index < 0)
        return false;
    unsigned char *text = NULL;
    int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
    bool usable = length > 0 && length < CERTIFICATE_TEXT_SIZE && !memchr(text, '\0', (size_t)length);
    if (usable) {
        memcpy(out, text, (size_t)length);
        out[length] = '\0';
    }
    OPENSSL_free(text);
    return usable;
}

bool certificate_name_valid(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:-";
    size_t length = strlen(name);

    return length > 0 && length <= 128 && strspn(name, allowed) == length;
}
