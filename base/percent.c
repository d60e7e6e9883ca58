/* SPDX-License-Identifier: Apache-2.0 */
#include "base/percent.h"

#include <stdbool.h>
#include <string.h>

#include "base/hex.h"

static bool is_in(char c, const char *characters)
{
    return c != '\0' && strchr(characters, c) != NULL;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || is_in(c, "-._~");
}

void percent_encode(struct text *out, const char *bytes, size_t length, const char *kept)
{
    for (size_t i = 0; i < length; i++) {
        if (is_unreserved(bytes[i]) || is_in(bytes[i], kept))
            text_add(out, bytes + i, 1);
        else
            text_printf(out, "%%%02X", (unsigned)(unsigned char)bytes[i]);
    }
}

void percent_decode(struct text *out, const char *encoded, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)encoded[i];
        if (byte == '%' && length - i > 2 && hex_decode(encoded + i + 1, 1, &byte))
            i += 2;
        else
            byte = (unsigned char)encoded[i];
        text_add(out, (const char *)&byte, 1);
    }
}
