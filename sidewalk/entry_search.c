/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/entry_search.h"

#include <stdbool.h>
#include <string.h>

#include "sidewalk/smsn.h"

static size_t skip_space(const char *bytes, size_t length, size_t at)
{
    while (at < length && strchr(" \t\r\n", bytes[at]) != NULL && bytes[at] != '\0')
        at++;
    return at;
}

/* Returns the offset after the key and its colon, 0 if they are not at this place. */
static size_t match_key(const char *bytes, size_t length, size_t at, const char *quoted)
{
    size_t size = strlen(quoted);

    at = skip_space(bytes, length, at);
    if (length - at <= size || memcmp(bytes + at, quoted, size) != 0)
        return 0;
    at = skip_space(bytes, length, at + size);
    return at < length && bytes[at] == ':' ? at + 1 : 0;
}

size_t entry_find(const char *bytes, size_t length, size_t from)
{
    for (size_t at = from; at < length; at++) {
        const char *brace = memchr(bytes + at, '{', length - at);
        if (brace == NULL)
            break;
        at = (size_t)(brace - bytes);
        if (match_key(bytes, length, at + 1, "\"version\"") || match_key(bytes, length, at + 1, "\"device\""))
            return at;
    }
    return length;
}

static bool is_of_serial(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f') ||
           (character >= 'A' && character <= 'F');
}

void entry_find_serial(const char *bytes, size_t length, struct text *out)
{
    const size_t wanted = SMSN_HEX_SIZE - 1;

    for (size_t at = 0, end; at < length; at = end + 1) {
        for (end = at; end < length && is_of_serial(bytes[end]); end++)
            ;
        if (end - at == wanted) {
            text_add(out, bytes + at, wanted);
            return;
        }
    }
}
