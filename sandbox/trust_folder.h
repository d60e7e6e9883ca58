/* SPDX-License-Identifier: Apache-2.0 */
/* The client certificates that the broker's TLS accepts. AWS IoT accepts every registered certificate, even
 * if its issuer is unknown; mosquitto needs an issuer from a file that it reads when it starts. So registered
 * certificates are put into a folder that OpenSSL searches at each handshake ("capath"), where each is
 * trusted by itself. A second certificate of the same subject is only seen after a restart of the broker.
 * Broker's thread only. */
#ifndef SANDBOX_TRUST_FOLDER_H
#define SANDBOX_TRUST_FOLDER_H

#include <stdbool.h>

struct trust_folder;

/* Makes OpenSSL accept trusted certificates without their issuer, in the whole process. Returns false if
 * memory runs out. */
bool trust_without_issuer(void);

/* Opens the folder, which must exist, and removes all files in it. The result is owned; NULL if this
 * fails. */
struct trust_folder *trust_folder_open(const char *path);
void trust_folder_close(struct trust_folder *folder); /* NULL is allowed */

/* Adds a certificate unless one with that id exists. Ignores text that is not PEM. */
void trust_folder_add(struct trust_folder *folder, const char *id, const char *pem);

#endif
