/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the two files behind x509.h. */
#ifndef SANDBOX_CLOUD_X509_PRIVATE_H
#define SANDBOX_CLOUD_X509_PRIVATE_H

#include <openssl/x509.h>
#include <stdbool.h>

/* Returns NULL if there is none. The result is owned. */
X509 *x509_parse(const char *pem);
bool x509_key_is_strong(const EVP_PKEY *key);

#endif
