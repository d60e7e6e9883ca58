/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of x509.h share. */
#ifndef SANDBOX_CLOUD_X509_PRIVATE_H
#define SANDBOX_CLOUD_X509_PRIVATE_H

#include <openssl/x509.h>
#include <stdbool.h>

/* NULL: there is none. Owned. */
X509 *x509_parse(const char *pem);
bool x509_key_is_strong(const EVP_PKEY *key);

#endif
