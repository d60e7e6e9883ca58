/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of a buffer, or of data that comes in parts; with a key, HMAC-SHA256. Any thread. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_SIZE 65 /* 64 hex digits and a terminator */

void digest_sha256(const void *bytes, size_t length, char out[DIGEST_SIZE]);

/* HMAC (RFC 2104): who does not know the key can neither make nor test it. */
void digest_hmac(const void *key, size_t key_length, const void *bytes, size_t length, char out[DIGEST_SIZE]);

/* Compares two digests in a time that does not depend on where they differ. */
bool digest_is_equal(const char left[DIGEST_SIZE], const char right[DIGEST_SIZE]);

/* For data in parts: begin, add, end. digest_end() frees digest. out may be NULL to discard the result. */
struct digest;
struct digest *digest_begin(void);
void digest_add(struct digest *digest, const void *bytes, size_t length);
void digest_end(struct digest *digest, char out[DIGEST_SIZE]);

#endif
