/* SPDX-License-Identifier: Apache-2.0 */
/* A private key in a file, of a claim-thing, an observer or an authority. No key is ever printed or logged.
 * Any thread; one thread at a time for a key. */
#ifndef ACCOUNT_KEYS_PRIVATE_KEY_H
#define ACCOUNT_KEYS_PRIVATE_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct private_key;

/* A new P-256 key (IoT: what AWS IoT Core takes for certificates, and small enough for modules). */
struct private_key *private_key_generate(void) __attribute__((returns_nonnull));
/* An unencrypted PEM file, of any kind of key that OpenSSL knows. NULL with a sentence that names the file.
 * Never asks for a pass phrase. */
struct private_key *private_key_read(const char *path, struct text *why);
/* name stands for the text in sentences. */
struct private_key *private_key_parse(const char *pem, size_t length, const char *name, struct text *why);
/* Writes PEM (PKCS #8) with mode 0600 whatever the umask; synced to disk, complete or not at all. Never
 * overwrites and never follows a link: false with a sentence, nothing touched, when the name exists. */
bool private_key_write(const struct private_key *key, const char *path, struct text *why);
void private_key_free(struct private_key *key); /* NULL is fine */

/* "P-256", "RSA 2048"; for people. */
void private_key_words(const struct private_key *key, struct text *out);
/* True when AWS IoT issues certificates for it: RSA of 2048 bits or more, P-256, P-384, P-521 (IoT, "X.509
 * client certificates"). */
bool private_key_suits_aws(const struct private_key *key);

#endif
