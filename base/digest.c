/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

void digest_sha256(const void *bytes, size_t length, char out[DIGEST_SIZE])
{
    unsigned char digest[32];

    if (!EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL))
        abort();
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}
