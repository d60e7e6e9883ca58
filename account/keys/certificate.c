/* SPDX-License-Identifier: Apache-2.0 */
#include "account/keys/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "account/keys/key_private.h"
#include "account/keys/pem_file.h"
#include "base/hex.h"
#include "base/memory.h"
#include "base/utf8.h"

/* Names as AWS::IoT::Certificate:: has them (IoT, "Just-in-time provisioning"). */
static const struct {
    const char *name;
    int nid;
} fields[] = {
    {"CommonName", NID_commonName},
    {"SerialNumber", NID_serialNumber},
    {"Country", NID_countryName},
    {"Organization", NID_organizationName},
    {"OrganizationalUnit", NID_organizationalUnitName},
    {"DistinguishedNameQualifier", NID_dnQualifier},
    {"StateName", NID_stateOrProvinceName},
};

static bool date_ms(const ASN1_TIME *date, long long *out)
{
    struct tm parts;

    if (!ASN1_TIME_to_tm(date, &parts))
        return false;
    *out = (long long)timegm(&parts) * 1000;
    return true;
}

struct certificate *certificate_wrap(X509 *x509)
{
    long long ignored;

    if (x509 == NULL)
        return NULL;
    if (!date_ms(X509_get0_notBefore(x509), &ignored) || !date_ms(X509_get0_notAfter(x509), &ignored)) {
        X509_free(x509);
        ERR_clear_error();
        return NULL;
    }
    struct certificate *certificate = memory_new(1, sizeof *certificate);
    certificate->x509 = x509;
    return certificate;
}

/* The next certificate; NULL at the end, or, before the end, when it is damaged. */
static struct certificate *read_next(BIO *bio, bool *ended)
{
    X509 *x509 = PEM_read_bio_X509_AUX(bio, NULL, key_private_no_pass_phrase, NULL);
    unsigned long error = ERR_peek_last_error();

    *ended =
        x509 == NULL && ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return certificate_wrap(x509);
}

struct certificate *certificate_parse(const char *pem, size_t length, const char *name, struct text *why)
{
    BIO *bio = key_private_must(BIO_new_mem_buf(pem, (int)length));
    bool ended;
    struct certificate *certificate = read_next(bio, &ended);

    BIO_free(bio);
    if (certificate == NULL)
        pem_file_explain(pem, length, name, PEM_CERTIFICATE, why);
    return certificate;
}

struct certificate *certificate_read(const char *path, struct text *why)
{
    OWNED char *pem = NULL;
    size_t length = 0;

    if (!pem_file_read(path, PEM_BUNDLE_MAX, &pem, &length, why))
        return NULL;
    return certificate_parse(pem, length, path, why);
}

struct certificate *certificate_read_birth(const char *path, struct text *why)
{
    OWNED char *bytes = NULL;
    size_t length = 0;

    if (!pem_file_read(path, PEM_BUNDLE_MAX, &bytes, &length, why))
        return NULL;
    const unsigned char *at = (const unsigned char *)bytes;
    struct certificate *certificate = certificate_wrap(d2i_X509(NULL, &at, (long)length));
    ERR_clear_error();
    return certificate ? certificate : certificate_parse(bytes, length, path, why);
}

void certificate_free_all(struct certificate **all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        certificate_free(all[i]);
    free(all);
}

static struct certificate **parse_all(const char *pem, size_t length, size_t *count, bool *ended)
{
    BIO *bio = key_private_must(BIO_new_mem_buf(pem, (int)length));
    struct certificate **all = NULL, *next;

    *count = 0;
    while ((next = read_next(bio, ended)) != NULL) {
        all = memory_grow(all, *count + 1, sizeof(struct certificate *));
        all[(*count)++] = next;
    }
    BIO_free(bio);
    return all;
}

struct certificate **certificate_read_all(const char *path, size_t *count, struct text *why)
{
    OWNED char *pem = NULL;
    size_t length = 0, found;
    bool ended = true;

    if (!pem_file_read(path, PEM_BUNDLE_MAX, &pem, &length, why))
        return NULL;
    struct certificate **all = parse_all(pem, length, &found, &ended);
    if (found == 0) {
        pem_file_explain(pem, length, path, PEM_CERTIFICATE, why);
        return NULL;
    }
    if (!ended) {
        text_printf(why, "%s: certificate %zu in it is damaged; fetch or copy it again", path, found + 1);
        certificate_free_all(all, found);
        return NULL;
    }
    *count = found;
    return all;
}

struct certificate *certificate_copy(const struct certificate *certificate)
{
    struct certificate *copy = memory_new(1, sizeof *copy);

    copy->x509 = key_private_must(X509_dup(certificate->x509));
    return copy;
}

void certificate_free(struct certificate *certificate)
{
    if (certificate == NULL)
        return;
    X509_free(certificate->x509);
    free(certificate);
}

void certificate_id(const struct certificate *certificate, char out[CERTIFICATE_ID_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    if (!X509_digest(certificate->x509, EVP_sha256(), digest, &length) ||
        length != (CERTIFICATE_ID_SIZE - 1) / 2)
        abort();
    hex_encode(digest, length, out);
}

void certificate_pem(const struct certificate *certificate, struct text *out)
{
    BIO *bio = key_private_must(BIO_new(BIO_s_mem()));

    if (!PEM_write_bio_X509(bio, certificate->x509))
        abort();
    OWNED char *pem = key_private_text(bio);
    text_puts(out, pem);
    BIO_free(bio);
}

long long certificate_not_before_ms(const struct certificate *certificate)
{
    long long ms = 0;

    date_ms(X509_get0_notBefore(certificate->x509), &ms);
    return ms;
}

long long certificate_not_after_ms(const struct certificate *certificate)
{
    long long ms = 0;

    date_ms(X509_get0_notAfter(certificate->x509), &ms);
    return ms;
}

static int nid_of(const char *field)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i].name, field) == 0)
            return fields[i].nid;
    return NID_undef;
}

bool certificate_subject(const struct certificate *certificate, const char *field, struct text *out)
{
    const X509_NAME *subject = X509_get_subject_name(certificate->x509);
    int nid = nid_of(field);
    int index = nid == NID_undef ? -1 : X509_NAME_get_index_by_NID(subject, nid, -1);
    unsigned char *value = NULL;

    if (index < 0)
        return false;
    int length = ASN1_STRING_to_UTF8(&value, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
    ERR_clear_error();
    /* A NUL would make two different names equal. */
    bool usable = length > 0 && memchr(value, '\0', (size_t)length) == NULL &&
                  utf8_is_valid((const char *)value, (size_t)length);
    if (usable)
        text_add(out, (const char *)value, (size_t)length);
    OPENSSL_free(value);
    return usable;
}

/* Replaces control and invisible characters by question marks. */
static void add_visible(const char *words, struct text *out)
{
    size_t length = strlen(words);
    uint32_t character = 0;

    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_decode(words + at, length - at, &character);
        if (size == 0 || utf8_is_hidden(character)) {
            text_puts(out, "?");
            size = size == 0 ? 1 : size;
        } else
            text_add(out, words + at, size);
    }
}

void certificate_subject_words(const struct certificate *certificate, struct text *out)
{
    BIO *bio = key_private_must(BIO_new(BIO_s_mem()));

    X509_NAME_print_ex(bio, X509_get_subject_name(certificate->x509), 0,
                       XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    ERR_clear_error();
    OWNED char *words = key_private_text(bio);
    add_visible(words[0] != '\0' ? words : "no subject", out);
    BIO_free(bio);
}

bool certificate_is_authority(const struct certificate *certificate)
{
    uint32_t flags = X509_get_extension_flags(certificate->x509);

    ERR_clear_error();
    return (flags & (EXFLAG_CA | EXFLAG_INVALID)) == EXFLAG_CA;
}

bool certificate_is_self_signed(const struct certificate *certificate)
{
    bool is = X509_self_signed(certificate->x509, 1) == 1;

    ERR_clear_error();
    return is;
}

const char *certificate_no_authority(const struct certificate *certificate)
{
    return certificate_is_self_signed(certificate) ? "is self-signed, basicConstraints CA:TRUE is missing: "
                                                     "AWS IoT registers only CAs that have it; "
                                                     "ask the manufacturer for a CA's certificate with it"
                                                   : "is not a CA's certificate but one that a CA has signed "
                                                     "(CA:FALSE); ask the manufacturer for "
                                                     "the certificate of the CA";
}

bool certificate_is_signed_by(const struct certificate *certificate, const struct certificate *authority)
{
    EVP_PKEY *key = X509_get0_pubkey(authority->x509);
    bool is = key != NULL && X509_check_issued(authority->x509, certificate->x509) == X509_V_OK &&
              X509_verify(certificate->x509, key) == 1;

    ERR_clear_error();
    return is;
}

bool certificate_belongs_to(const struct certificate *certificate, const struct private_key *key)
{
    bool does = X509_check_private_key(certificate->x509, key->pkey) == 1;

    ERR_clear_error();
    return does;
}
