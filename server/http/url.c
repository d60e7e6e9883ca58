/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/url.h"

#include <string.h>

#include "base/percent.h"

void url_decode(const char *encoded, size_t length, bool plus_is_space, struct text *out)
{
    const char *end = encoded + length, *plus;

    while (plus_is_space && (plus = memchr(encoded, '+', (size_t)(end - encoded)))) {
        percent_decode(out, encoded, (size_t)(plus - encoded));
        text_puts(out, " ");
        encoded = plus + 1;
    }
    percent_decode(out, encoded, (size_t)(end - encoded));
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
