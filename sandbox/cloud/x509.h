/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and makes certificates as AWS IoT does. Only x509.c and x509_issuer.c use OpenSSL for this. Strings
 * are PEM. Any thread. */
#ifndef SANDBOX_CLOUD_X509_H
#define SANDBOX_CLOUD_X509_H

#include <stdbool.h>

#include "base/text.h"

#define X509_ID_SIZE 65

struct x509_facts {
    char id[X509_ID_SIZE]; /* SHA-256 of the DER form, in hex */
    char common_name[65];  /* of the subject; "" if it has none */
    bool authority;        /* basic constraints have CA:TRUE */
    bool strong_key;       /* RSA of 2048 bits or more, or NIST P-256 or larger */
    long long not_before_ms, not_after_ms;
};
/* Reads the first certificate. Returns false if there is none. */
bool x509_read(const char *pem, struct x509_facts *out);
/* Whether the CA's key signed the certificate and the CA's subject is its issuer. */
bool x509_is_signed_by(const char *pem, const char *authority);

/* The CA that signs the account's own certificates. */
struct x509_issuer;
/* Creates the two files if the certificate is missing. Aborts if they cannot be written. */
void x509_issuer_make(const char *certificate_path, const char *key_path);
struct x509_issuer *x509_issuer_open(const char *certificate_path, const char *key_path, struct text *why);
void x509_issuer_free(struct x509_issuer *issuer); /* NULL is allowed */

/* Makes a client certificate for a signing request, with the request's subject, valid until the end of 2049
 * or of the CA, as AWS IoT does. Returns false if the request or its signature is not valid, or its key is
 * too weak. */
bool x509_issue(const struct x509_issuer *issuer, const char *request, struct text *certificate);
/* The same with a new RSA key of 2048 bits and AWS IoT's default subject. */
void x509_issue_with_key(const struct x509_issuer *issuer, struct text *certificate, struct text *public_key,
                         struct text *private_key);

#endif
