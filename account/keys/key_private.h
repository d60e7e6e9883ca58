/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind keys and certificates. For the files of this room that speak to OpenSSL, alone. */
#ifndef ACCOUNT_KEYS_KEY_PRIVATE_H
#define ACCOUNT_KEYS_KEY_PRIVATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

struct private_key {
    EVP_PKEY *pkey; /* owned */
};

struct certificate {
    X509 *x509; /* owned; its validity is two dates */
};

#define COMMON_NAME_MAX 64 /* RFC 5280, ub-common-name */

/* Takes x509 over; NULL, x509 freed, where it is NULL or its validity is no date. */
struct certificate *certificate_wrap(X509 *x509);

/* False, name untouched, where common_name has no place in a certificate: empty, longer than 64 bytes, no
 * UTF-8, or with something hidden in it. */
bool key_private_name(X509_NAME *name, const char *common_name);
/* What signatures of the key are made with; NULL where the kind of key says that itself (Ed25519). */
const EVP_MD *key_private_digest(EVP_PKEY *key);

/* A certificate for subject_key that is no authority: version 3, a random serial number, valid from an hour
 * ago for days, signed by issuer_key in the name of issuer (NULL: in its own name). Owned; NULL: common_name
 * has no place in a certificate. */
X509 *key_private_issue(const char *common_name, EVP_PKEY *subject_key, const X509 *issuer,
                        EVP_PKEY *issuer_key, int days);
/* For whatever reads PEM: OpenSSL asks for a pass phrase on the terminal otherwise, and waits for it, of
 * certificates and requests too. */
int key_private_no_pass_phrase(char *out, int size, int writing, void *context);

/* Aborts where OpenSSL has no memory: the portal has no other way either (base/text.h). */
void *key_private_must(void *pointer);
char *key_private_text(BIO *bio); /* what was written to it; owned */

#endif
