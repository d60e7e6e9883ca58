/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hex.h"

void hex_encode(const unsigned char *bytes, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

int hex_value(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    character = (char)(character | 0x20);
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

bool hex_decode(const char *digits, size_t length, unsigned char *out)
{
    int bad = 0;

    for (size_t i = 0; i < length; i++) {
        int high = hex_value(digits[2 * i]), low = hex_value(digits[2 * i + 1]);
        bad |= high | low; /* negative if any is */
        out[i] = (unsigned char)((unsigned)high << 4 | (unsigned)low);
    }
    return bad >= 0;
}
