/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/gtin.h"

#include <string.h>

enum gtin_error gtin_parse(const char *text, size_t length, char out[GTIN_SIZE])
{
    unsigned sum = 0;

    if (length != 8 && (length < 12 || length > GTIN_LENGTH))
        return GTIN_BAD_LENGTH;
    for (size_t i = 0; i < length; i++) {
        char digit = text[length - 1 - i];
        if (digit < '0' || digit > '9')
            return GTIN_BAD_LENGTH;
        sum += (unsigned)(digit - '0') * (i % 2 == 0 ? 1 : 3);
    }
    if (sum % 10 != 0)
        return GTIN_WRONG_CHECK;
    memset(out, '0', GTIN_LENGTH - length);
    memcpy(out + GTIN_LENGTH - length, text, length);
    out[GTIN_LENGTH] = '\0';
    return GTIN_OK;
}
