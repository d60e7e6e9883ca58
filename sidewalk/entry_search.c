/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/entry_search.h"

#include <stdbool.h>
#include <string.h>

#include "sidewalk/smsn.h"

#define BETWEEN_MAX 8 /* bytes between a key and its value */

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

/* Returns where the digits begin that stand where the value of a key is expected; what is between may be
 * damaged. */
static size_t value_begin(const char *bytes, size_t length, size_t at)
{
    size_t end = length - at > BETWEEN_MAX ? at + BETWEEN_MAX : length;

    while (at < end && !is_of_serial(bytes[at]))
        at++;
    return at;
}

void entry_find_serial(const char *bytes, size_t length, struct text *out)
{
    static const char key[] = "serialNumber";
    const size_t wanted = SMSN_HEX_SIZE - 1;
    const char *found;

    for (size_t at = 0; (found = memmem(bytes + at, length - at, key, sizeof key - 1)) != NULL;) {
        at = (size_t)(found - bytes) + sizeof key - 1;
        size_t begin = value_begin(bytes, length, at), end = begin;
        while (end < length && is_of_serial(bytes[end]))
            end++;
        if (end - begin == wanted) {
            text_add(out, bytes + begin, wanted);
            return;
        }
    }
}
