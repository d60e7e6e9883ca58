/* SPDX-License-Identifier: Apache-2.0 */
/* Once as the base64 that it may be, once as the bytes of a chain. Nothing that a fuzzer makes is a sound one
 * but what it was given; a verifier that remembers says the same again. */
#include "base/base64.h"
#include "sidewalk/certificate_chain.h"
#include "tests/fuzz/fuzz.h"

#define BYTES_MAX 4096

static void read_twice(const char *text, size_t length)
{
    struct chain_verifier *verifier = chain_verifier_new();

    for (enum chain_curve curve = CHAIN_ED25519; curve <= CHAIN_P256; curve++) {
        struct chain_reading first = {.fingerprint = 0}, again = {.fingerprint = 0};
        enum chain_problem problem = chain_read(verifier, curve, text, length, true, &first);
        MUST(chain_read(verifier, curve, text, length, true, &again) == problem);
        MUST(memcmp(&first.device, &again.device, sizeof first.device) == 0 &&
             first.fingerprint == again.fingerprint);
    }
    chain_verifier_free(verifier);
}

static size_t encode(const uint8_t *data, size_t size, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = 0;

    for (size_t at = 0; at < size; at += 3) {
        size_t left = size - at;
        uint32_t word = (uint32_t)data[at] << 16 | (left > 1 ? (uint32_t)data[at + 1] << 8 : 0) |
                        (left > 2 ? data[at + 2] : 0);
        out[length++] = digits[word >> 18];
        out[length++] = digits[word >> 12 & 63];
        out[length++] = left > 1 ? digits[word >> 6 & 63] : '=';
        out[length++] = left > 2 ? digits[word & 63] : '=';
    }
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[BYTES_MAX * 2];
    unsigned char bytes[BASE64_ROOM(sizeof text)];
    size_t decoded = 0;

    read_twice((const char *)data, size);
    if (size > BYTES_MAX)
        return 0;
    size_t length = encode(data, size, text);
    MUST(base64_decode(text, length, bytes, &decoded));
    MUST(decoded == size && memcmp(bytes, data, size) == 0);
    read_twice(text, length);
    return 0;
}
