/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL internals of keys and certificates. Only for the files of this folder that use OpenSSL. */
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

/* Takes ownership of x509. NULL, with x509 freed: it is NULL or its validity is not a date. */
struct certificate *certificate_wrap(X509 *x509);

/* False, name untouched: common_name is empty, longer than 64 bytes, not UTF-8, or has hidden characters. */
bool key_private_name(X509_NAME *name, const char *common_name);
/* The digest for signatures with the key; NULL when the kind of key implies it (Ed25519). */
const EVP_MD *key_private_digest(EVP_PKEY *key);

/* A certificate for subject_key that is no authority: version 3, a random serial number, valid from an hour
 * ago for days, signed by issuer_key in the name of issuer (NULL: in its own name). Owned; NULL: common_name
 * is not valid. */
X509 *key_private_issue(const char *common_name, EVP_PKEY *subject_key, const X509 *issuer,
                        EVP_PKEY *issuer_key, int days);
/* Pass phrase callback for every PEM read. Without it OpenSSL prompts on the terminal and waits, for
 * certificates and requests too. */
int key_private_no_pass_phrase(char *out, int size, int writing, void *context);

/* Aborts when OpenSSL is out of memory, as the portal does (base/text.h). */
void *key_private_must(void *pointer);
char *key_private_text(BIO *bio); /* the data written to it; owned */

#endif
