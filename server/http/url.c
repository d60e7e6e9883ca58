/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/url.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

void url_decode(const char *encoded, size_t length, bool plus_is_space, struct text *out)
{
    for (size_t i = 0; i < length; i++) {
        char byte = encoded[i];
        int high = byte == '%' && length - i > 2 ? hex_value(encoded[i + 1]) : -1;
        int low = high >= 0 ? hex_value(encoded[i + 2]) : -1;
        if (low >= 0) {
            byte = (char)(high << 4 | low);
            i += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        text_add(out, &byte, 1);
    }
}

bool url_field(const char *fields, size_t length, const char *name, struct text *out)
{
    size_t wanted = strlen(name);
    const char *end = fields + length;

    while (fields < end) {
        const char *stop = memchr(fields, '&', (size_t)(end - fields));
        stop = stop ? stop : end;
        const char *equals = memchr(fields, '=', (size_t)(stop - fields));
        const char *name_end = equals ? equals : stop;
        if ((size_t)(name_end - fields) == wanted && memcmp(fields, name, wanted) == 0) {
            text_add(out, "", 0);
            if (equals)
                url_decode(equals + 1, (size_t)(stop - equals - 1), true, out);
            return true;
        }
        fields = stop + 1;
    }
    return false;
}
