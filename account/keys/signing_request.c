/* SPDX-License-Identifier: Apache-2.0 */
#include "account/keys/signing_request.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "account/keys/certificate.h"
#include "account/keys/key_private.h"
#include "account/keys/pem_file.h"
#include "account/keys/private_key.h"
#include "base/memory.h"

#define VERIFICATION_DAYS 30

static void add_pem(X509_REQ *request, struct text *out)
{
    BIO *bio = key_private_must(BIO_new(BIO_s_mem()));

    if (!PEM_write_bio_X509_REQ(bio, request))
        abort();
    OWNED char *pem = key_private_text(bio);
    text_puts(out, pem);
    BIO_free(bio);
}

bool signing_request_make(const struct private_key *key, const char *common_name, struct text *out)
{
    X509_REQ *request = key_private_must(X509_REQ_new());
    bool made = key_private_name(X509_REQ_get_subject_name(request), common_name);

    if (made) {
        if (!X509_REQ_set_version(request, X509_REQ_VERSION_1) || !X509_REQ_set_pubkey(request, key->pkey) ||
            !X509_REQ_sign(request, key->pkey, key_private_digest(key->pkey)))
            abort();
        add_pem(request, out);
    }
    X509_REQ_free(request);
    return made;
}

static X509_REQ *parse(const char *pem, size_t length)
{
    BIO *bio = key_private_must(BIO_new_mem_buf(pem, (int)length));
    X509_REQ *request = PEM_read_bio_X509_REQ(bio, NULL, key_private_no_pass_phrase, NULL);

    BIO_free(bio);
    ERR_clear_error();
    return request;
}

bool signing_request_parse(const char *pem, size_t length, const char *name, struct text *out_pem,
                           struct text *why)
{
    X509_REQ *request = parse(pem, length);

    if (request == NULL) {
        pem_file_explain(pem, length, name, PEM_REQUEST, why);
        return false;
    }
    EVP_PKEY *key = X509_REQ_get0_pubkey(request);
    bool verified = key != NULL && X509_REQ_verify(request, key) == 1;
    ERR_clear_error();
    if (verified)
        add_pem(request, out_pem);
    else
        text_printf(why, "%s: the signature of the signing request is wrong; make it again from its key",
                    name);
    X509_REQ_free(request);
    return verified;
}

bool signing_request_read(const char *path, struct text *out_pem, struct text *why)
{
    OWNED char *pem = NULL;
    size_t length = 0;

    return pem_file_read(path, PEM_FILE_MAX, &pem, &length, why) &&
           signing_request_parse(pem, length, path, out_pem, why);
}

static bool has_key(const char *pem, EVP_PKEY *key)
{
    X509_REQ *request = parse(pem, strlen(pem));
    EVP_PKEY *its = request != NULL ? X509_REQ_get0_pubkey(request) : NULL;
    bool has = its != NULL && key != NULL && EVP_PKEY_eq(its, key) == 1;

    X509_REQ_free(request);
    ERR_clear_error();
    return has;
}

bool signing_request_belongs_to(const char *pem, const struct private_key *key)
{
    return has_key(pem, key->pkey);
}

bool signing_request_made(const char *pem, const struct certificate *certificate)
{
    return has_key(pem, X509_get0_pubkey(certificate->x509));
}

bool signing_request_verification(const struct certificate *authority,
                                  const struct private_key *authority_key, const char *registration_code,
                                  struct text *out, struct text *why)
{
    if (!certificate_is_authority(authority)) {
        text_puts(why, "the certificate is not a CA's (basic constraints, CA:TRUE)");
        return false;
    }
    if (!certificate_belongs_to(authority, authority_key)) {
        text_puts(why, "the CA's key and certificate do not belong together");
        return false;
    }
    struct private_key *thrown_away = private_key_generate();
    struct certificate *verification = certificate_wrap(key_private_issue(
        registration_code, thrown_away->pkey, authority->x509, authority_key->pkey, VERIFICATION_DAYS));
    private_key_free(thrown_away);
    if (verification == NULL) {
        text_puts(why, "the account's registration code cannot be the name of a certificate");
        return false;
    }
    certificate_pem(verification, out);
    certificate_free(verification);
    return true;
}
