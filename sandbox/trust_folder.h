/* SPDX-License-Identifier: Apache-2.0 */
/* Which clients' certificates the broker's TLS lets through. AWS IoT takes each certificate that is
 * registered, also one whose issuer it has never seen; mosquitto wants an issuer from a file that it reads
 * when it starts. So registered certificates are put into a folder that OpenSSL looks into at each handshake
 * ("capath"), and a certificate that lies there is trusted by itself. A second one of the same subject is
 * seen after a restart of the broker. Broker's thread only. */
#ifndef SANDBOX_TRUST_FOLDER_H
#define SANDBOX_TRUST_FOLDER_H

#include <stdbool.h>

struct trust_folder;

/* From here on a certificate that is trusted by itself needs no issuer, in all of this process. False when
 * out of memory. */
bool trust_without_issuer(void);

/* The folder, which must be there, is emptied. Owned; NULL when it cannot be. */
struct trust_folder *trust_folder_open(const char *path);
void trust_folder_close(struct trust_folder *folder); /* NULL is fine */

/* Adds a certificate, unless one of that id is there. What is no PEM is left out. */
void trust_folder_add(struct trust_folder *folder, const char *id, const char *pem);

#endif
