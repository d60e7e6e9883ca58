/* SPDX-License-Identifier: Apache-2.0 */
/* A private key in a file: of a claim-thing, an observer, or an authority. No key is ever printed or logged.
 * Any thread. */
#ifndef ACCOUNT_PRIVATE_KEY_H
#define ACCOUNT_PRIVATE_KEY_H

#include <stdbool.h>

#include "base/text.h"

struct private_key;

/* A new P-256 key (IoT: what AWS IoT Core takes for certificates, and small enough for modules). */
struct private_key *private_key_generate(void);
/* An unencrypted PEM file, of any kind of key that OpenSSL knows. NULL with a sentence that names the file.
 */
struct private_key *private_key_read(const char *path, struct text *why);
/* PEM (PKCS #8) with mode 0600, on the disk when this returns. Never overwrites: false with a sentence where
 * the file is there already, nothing touched. */
bool private_key_write(const struct private_key *key, const char *path, struct text *why);
void private_key_free(struct private_key *key); /* NULL is fine */

#endif
