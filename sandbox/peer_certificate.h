/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate of a client of a sandbox broker. Broker's thread only. */
#ifndef SANDBOX_PEER_CERTIFICATE_H
#define SANDBOX_PEER_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

struct mosquitto;

#define CERTIFICATE_ID_SIZE 65 /* SHA-256 of the DER form in hex, as at AWS IoT */
#define CERTIFICATE_TEXT_SIZE 257

/* The result is owned (X509_free); NULL if the client has no certificate. */
X509 *peer_certificate(const struct mosquitto *client);

/* Reads the first certificate of a PEM file; owned; NULL if there is none. */
X509 *certificate_read(const char *path);

/* Reads the first certificate of a PEM text; owned; NULL if there is none. */
X509 *certificate_parse(const char *pem);

/* Returns the PEM text; owned (free); NULL if memory runs out. */
char *certificate_pem(X509 *certificate);

void certificate_id(const X509 *certificate, char out[CERTIFICATE_ID_SIZE]);

bool certificate_issued_by(X509 *certificate, X509 *authority);

/* Copies the subject's attribute with that NID as UTF-8. Returns false and leaves out untouched if it is
 * missing, empty, too long or contains a NUL. */
bool certificate_subject(const X509 *certificate, int nid, char out[CERTIFICATE_TEXT_SIZE]);

/* Whether the name can be part of a topic and a client id: [A-Za-z0-9_:-]{1,128}, as AWS IoT's thing
 * names. */
bool certificate_name_valid(const char *name);

#endif
