/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/connection_check.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/plain_text.h"

#define FILE_MAX (1 << 20)

struct check {
    const struct account_connection *connection;
    long long now_ms;
    void (*tell)(void *context, const struct connection_mistake *mistake);
    void *context;
};

struct pem {
    char *text; /* owned, with a NUL; NULL: not to be checked */
    size_t length;
};

static void pem_fini(struct pem *pem)
{
    if (pem->text)
        explicit_bzero(pem->text, pem->length); /* it may be a key */
    free(pem->text);
}
#define PEM __attribute__((cleanup(pem_fini)))

static void tell(const struct check *check, const char *key, const char *sentence)
{
    const struct connection_mistake mistake = {key, sentence, false};

    check->tell(check->context, &mistake);
}

static struct pem read_pem(const struct check *check, const char *key, const char *path)
{
    struct pem pem = {0};
    TEXT struct text why = TEXT_EMPTY;

    if (!*path || file_read(path, FILE_MAX, &pem.text, &pem.length) != 0)
        return (struct pem){0};
    if (!plain_text_is_utf16(pem.text, pem.length))
        return pem;
    text_printf(&why, "%s: " PLAIN_TEXT_UTF16, path);
    tell(check, key, text_get(&why));
    pem_fini(&pem);
    return (struct pem){0};
}

/* No one is asked for a pass phrase. */
static int no_pass_phrase(char *out, int room, int writing, void *context)
{
    (void)out;
    (void)room;
    (void)writing;
    (void)context;
    return -1;
}

static X509 *certificate_of(const struct pem *pem)
{
    BIO *memory = BIO_new_mem_buf(pem->text, (int)pem->length);
    X509 *certificate = PEM_read_bio_X509(memory, NULL, no_pass_phrase, NULL);

    BIO_free(memory);
    return certificate;
}

static EVP_PKEY *key_of(const struct pem *pem)
{
    BIO *memory = BIO_new_mem_buf(pem->text, (int)pem->length);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(memory, NULL, no_pass_phrase, NULL);

    BIO_free(memory);
    return key;
}

static bool holds(const struct pem *pem, const char *what)
{
    return strstr(pem->text, what) != NULL;
}

static void explain_certificate(const struct check *check, const char *key, const char *path,
                                const struct pem *pem)
{
    TEXT struct text why = TEXT_EMPTY;

    if (holds(pem, "PRIVATE KEY-----"))
        text_printf(&why, "%s is a private key and no certificate; are cert_file and key_file swapped?",
                    path);
    else if (holds(pem, "-----BEGIN CERTIFICATE REQUEST-----"))
        text_printf(&why, "%s is a request; use the certificate that was made from it", path);
    else
        text_printf(&why, "%s holds no certificate in PEM form", path);
    tell(check, key, text_get(&why));
}

static void explain_key(const struct check *check, const char *path, const struct pem *pem)
{
    TEXT struct text why = TEXT_EMPTY;

    if (holds(pem, "ENCRYPTED"))
        text_printf(&why,
                    "%s has a pass phrase, which no one enters at start; make a key without: (umask 077 && "
                    "openssl pkey -in %s -out NEW.key)",
                    path, path);
    else if (holds(pem, "-----BEGIN CERTIFICATE-----"))
        text_printf(&why, "%s is a certificate and no private key; are cert_file and key_file swapped?",
                    path);
    else
        text_printf(&why, "%s holds no private key in PEM form", path);
    tell(check, "key_file", text_get(&why));
}

static long long milliseconds(const ASN1_TIME *time)
{
    struct tm parts = {0};

    return ASN1_TIME_to_tm(time, &parts) == 1 ? (long long)timegm(&parts) * 1000 : 0;
}

static void check_dates(const struct check *check, const char *path, const X509 *certificate)
{
    long long begins = milliseconds(X509_get0_notBefore(certificate));
    long long ends = milliseconds(X509_get0_notAfter(certificate));
    bool has_ended = ends < check->now_ms;
    char when[CLOCK_RFC3339_SIZE];
    TEXT struct text why = TEXT_EMPTY;

    if (!has_ended && begins <= check->now_ms)
        return;
    clock_rfc3339(has_ended ? ends : begins, when);
    text_printf(&why, has_ended ? "%s expired on %s" : "%s is not valid before %s; is the clock right?", path,
                when);
    const struct connection_mistake mistake = {"cert_file", text_get(&why), true};
    check->tell(check->context, &mistake);
}

static void check_pair(const struct check *check, X509 *certificate, EVP_PKEY *key)
{
    TEXT struct text why = TEXT_EMPTY;

    if (X509_check_private_key(certificate, key) == 1)
        return;
    text_printf(&why, "%s is not the key of the certificate %s", check->connection->key_file,
                check->connection->cert_file);
    tell(check, "key_file", text_get(&why));
}

static void check_own(const struct check *check)
{
    PEM struct pem certificate_pem = read_pem(check, "cert_file", check->connection->cert_file);
    PEM struct pem key_pem = read_pem(check, "key_file", check->connection->key_file);
    X509 *certificate = certificate_pem.text ? certificate_of(&certificate_pem) : NULL;
    EVP_PKEY *key = key_pem.text ? key_of(&key_pem) : NULL;

    if (certificate)
        check_dates(check, check->connection->cert_file, certificate);
    else if (certificate_pem.text)
        explain_certificate(check, "cert_file", check->connection->cert_file, &certificate_pem);
    if (!key && key_pem.text)
        explain_key(check, check->connection->key_file, &key_pem);
    if (certificate && key)
        check_pair(check, certificate, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void check_authorities(const struct check *check)
{
    const char *path = check->connection->ca_file;
    PEM struct pem pem = read_pem(check, "ca_file", path);
    X509 *certificate = pem.text ? certificate_of(&pem) : NULL;

    if (pem.text && !certificate)
        explain_certificate(check, "ca_file", path, &pem);
    X509_free(certificate);
}

void connection_check(const struct account_connection *connection, long long now_ms,
                      void (*tell_one)(void *context, const struct connection_mistake *mistake),
                      void *context)
{
    const struct check check = {connection, now_ms, tell_one, context};

    check_authorities(&check);
    check_own(&check);
}
