/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate that a client of a sandbox broker has shown. Broker's thread only. */
#ifndef SANDBOX_PEER_CERTIFICATE_H
#define SANDBOX_PEER_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

struct mosquitto;

#define CERTIFICATE_ID_SIZE 65 /* SHA-256 of the DER form in hex, as AWS IoT makes it */
#define CERTIFICATE_TEXT_SIZE 257

/* Owned (X509_free); NULL when the client has shown none. */
X509 *peer_certificate(const struct mosquitto *client);

/* The first certificate of a PEM file; owned, NULL when there is none. */
X509 *certificate_read(const char *path);

/* The same of a text; NULL: none. */
X509 *certificate_parse(const char *pem);

/* As text; owned (free); NULL when out of memory. */
char *certificate_pem(X509 *certificate);

void certificate_id(const X509 *certificate, char out[CERTIFICATE_ID_SIZE]);

bool certificate_issued_by(X509 *certificate, X509 *authority);

/* The subject's attribute of that NID as UTF-8. False, out untouched, when it is missing, empty, too long or
 * has a NUL inside. */
bool certificate_subject(const X509 *certificate, int nid, char out[CERTIFICATE_TEXT_SIZE]);

/* A name that may stand in a topic and be a client id: [A-Za-z0-9_:-]{1,128}, as AWS IoT's thing names. */
bool certificate_name_valid(const char *name);

#endif
