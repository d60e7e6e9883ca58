/* SPDX-License-Identifier: Apache-2.0 */
/* The CA with which the sandbox's OEM account signs certificates that it makes itself, as AWS IoT does for
 * CreateKeysAndCertificate and CreateCertificateFromCsr. Broker's thread only. */
#ifndef SANDBOX_ISSUER_H
#define SANDBOX_ISSUER_H

#include <openssl/x509.h>

struct issuer;

/* PEM files, the key without a password. The result is owned; NULL if they cannot be read or do not match. */
struct issuer *issuer_open(const char *certificate_file, const char *key_file);
void issuer_free(struct issuer *issuer); /* NULL is allowed */

/* Signs a certificate for a signing request (PEM), with the request's key and subject. The result is owned
 * (X509_free); NULL if the request or its signature is not valid. */
X509 *issuer_sign(const struct issuer *issuer, const char *request_pem);
/* Signs a certificate for a new RSA key of 2048 bits, as AWS IoT does; *key_pem is owned (free). Returns NULL
 * and leaves *key_pem untouched on failure. */
X509 *issuer_make(const struct issuer *issuer, char **key_pem);

#endif
