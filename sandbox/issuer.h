/* SPDX-License-Identifier: Apache-2.0 */
/* The authority with which the sandbox's OEM account signs certificates of its own making, as AWS IoT does
 * for CreateKeysAndCertificate and CreateCertificateFromCsr. Broker's thread only. */
#ifndef SANDBOX_ISSUER_H
#define SANDBOX_ISSUER_H

#include <openssl/x509.h>

struct issuer;

/* PEM files, the key without a password. Owned; NULL when they cannot be read or do not fit. */
struct issuer *issuer_open(const char *certificate_file, const char *key_file);
void issuer_free(struct issuer *issuer); /* NULL is fine */

/* A certificate for the key of a signing request (PEM), with the request's subject. Owned (X509_free); NULL
 * when it is no request or its signature is wrong. */
X509 *issuer_sign(const struct issuer *issuer, const char *request_pem);
/* A certificate with a new RSA key of 2048 bits, as AWS IoT makes it; *key_pem is owned (free). NULL,
 * *key_pem untouched, when it fails. */
X509 *issuer_make(const struct issuer *issuer, char **key_pem);

#endif
