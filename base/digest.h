/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of a buffer, or of data that comes in parts. Any thread. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#define DIGEST_SIZE 65 /* 64 hex digits and a terminator */

void digest_sha256(const void *bytes, size_t length, char out[DIGEST_SIZE]);

/* For data in parts: begin, add, end. digest_end() frees digest. out may be NULL to discard the result. */
struct digest;
struct digest *digest_begin(void);
void digest_add(struct digest *digest, const void *bytes, size_t length);
void digest_end(struct digest *digest, char out[DIGEST_SIZE]);

#endif
