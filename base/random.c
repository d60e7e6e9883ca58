/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/hex.h"

void random_bytes(void *out, size_t length)
{
    unsigned char *at = out;

    while (length) {
        ssize_t got = getrandom(at, length, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort();
        at += got;
        length -= (size_t)got;
    }
}

uint32_t random_u32(void)
{
    uint32_t number;

    random_bytes(&number, sizeof number);
    return number;
}

void random_hex(char *out, size_t length)
{
    unsigned char bytes[64];

    for (size_t at = 0; at < length;) {
        size_t part = (length - at) / 2 < sizeof bytes ? (length - at) / 2 : sizeof bytes;
        if (part == 0)
            break;
        random_bytes(bytes, part);
        hex_encode(bytes, part, out + at);
        at += 2 * part;
    }
    out[length] = '\0';
}

long long random_between(long long low, long long high)
{
    if (high <= low)
        return low;
    uint64_t span = (uint64_t)(high - low) + 1;
    uint64_t number;
    uint64_t limit = UINT64_MAX - UINT64_MAX % span;
    do
        random_bytes(&number, sizeof number);
    while (number >= limit);
    return low + (long long)(number % span);
}
