/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256. Any thread. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#define DIGEST_SIZE 65 /* 64 hex digits and a terminator */

void digest_sha256(const void *bytes, size_t length, char out[DIGEST_SIZE]);

/* Of what comes in parts. digest_end() frees, and takes NULL for out where the result is not wanted. */
struct digest;
struct digest *digest_begin(void);
void digest_add(struct digest *digest, const void *bytes, size_t length);
void digest_end(struct digest *digest, char out[DIGEST_SIZE]);

#endif
