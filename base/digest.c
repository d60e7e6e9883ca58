/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/memory.h"

void digest_sha256(const void *bytes, size_t length, char out[DIGEST_SIZE])
{
    unsigned char digest[32];

    if (!EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL))
        abort();
    hex_encode(digest, sizeof digest, out);
}

void digest_hmac(const void *key, size_t key_length, const void *bytes, size_t length, char out[DIGEST_SIZE])
{
    unsigned char digest[32];

    if (!HMAC(EVP_sha256(), key, (int)key_length, bytes, length, digest, NULL))
        abort();
    hex_encode(digest, sizeof digest, out);
}

bool digest_is_equal(const char left[DIGEST_SIZE], const char right[DIGEST_SIZE])
{
    return CRYPTO_memcmp(left, right, DIGEST_SIZE) == 0;
}

struct digest {
    EVP_MD_CTX *context;
};

struct digest *digest_begin(void)
{
    struct digest *digest = memory_new(1, sizeof *digest);

    digest->context = EVP_MD_CTX_new();
    if (digest->context == NULL || !EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL))
        abort();
    return digest;
}

void digest_add(struct digest *digest, const void *bytes, size_t length)
{
    if (!EVP_DigestUpdate(digest->context, bytes, length))
        abort();
}

void digest_end(struct digest *digest, char out[DIGEST_SIZE])
{
    unsigned char bytes[32];

    if (out != NULL && !EVP_DigestFinal_ex(digest->context, bytes, NULL))
        abort();
    if (out != NULL)
        hex_encode(bytes, sizeof bytes, out);
    EVP_MD_CTX_free(digest->context);
    free(digest);
}
