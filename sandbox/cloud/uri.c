/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/uri.h"

#include <string.h>

#include "base/percent.h"

bool uri_field(const char *query, const char *name, struct text *out)
{
    for (const char *at = query; *at;) {
        size_t length = strcspn(at, "&"), name_length = strcspn(at, "=&");
        TEXT struct text found = TEXT_EMPTY;
        percent_decode(&found, at, name_length);
        if (strcmp(text_get(&found), name) == 0) {
            if (at[name_length] == '=')
                percent_decode(out, at + name_length + 1, length - name_length - 1);
            return true;
        }
        at += length + (at[length] == '&');
    }
    return false;
}
