/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/uri.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void uri_decode(const char *encoded, size_t length, struct text *out)
{
    for (size_t i = 0; i < length; i++) {
        char c = encoded[i];
        if (c == '%' && i + 2 < length && isxdigit((unsigned char)encoded[i + 1]) &&
            isxdigit((unsigned char)encoded[i + 2])) {
            const char digits[] = {encoded[i + 1], encoded[i + 2], '\0'};
            c = (char)strtoul(digits, NULL, 16);
            i += 2;
        }
        text_add(out, &c, 1);
    }
}

bool uri_field(const char *query, const char *name, struct text *out)
{
    for (const char *at = query; *at;) {
        size_t length = strcspn(at, "&"), name_length = strcspn(at, "=&");
        TEXT struct text found = TEXT_EMPTY;
        uri_decode(at, name_length, &found);
        if (strcmp(text_get(&found), name) == 0) {
            if (at[name_length] == '=')
                uri_decode(at + name_length + 1, length - name_length - 1, out);
            return true;
        }
        at += length + (at[length] == '&');
    }
    return false;
}
