/* SPDX-License-Identifier: Apache-2.0 */
#include "base/plain_text.h"

#include <string.h>

#include "base/excerpt.h"
#include "base/utf8.h"

bool plain_text_is_utf16(const char *bytes, size_t length)
{
    if (length >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
        return true;
    if (length < 4)
        return false;
    bool little = bytes[0] > 0 && bytes[1] == 0 && bytes[2] > 0 && bytes[3] == 0;
    bool big = bytes[0] == 0 && bytes[1] > 0 && bytes[2] == 0 && bytes[3] > 0;
    return little || big;
}

/* Combining marks and variation selectors are hidden to utf8_is_hidden(), but belong to visible letters. */
static bool is_unseen(uint32_t c)
{
    return c == 0xAD || c == 0x61C || c == 0x115F || c == 0x1160 || c == 0x180E || c == 0x3164 ||
           c == 0xFEFF || c == 0xFFA0 || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

static bool is_hidden(uint32_t character)
{
    return character >= 0xA0 && (is_unseen(character) || utf8_is_space(character));
}

bool plain_text_find_hidden(const char *line, size_t length, struct hidden_character *out)
{
    uint32_t character = 0;

    for (size_t at = 0, size, column = 1; at < length; at += size, column++) {
        size = utf8_decode(line + at, length - at, &character);
        if (size > 0 && is_hidden(character)) {
            *out = (struct hidden_character){character, column};
            return true;
        }
        size = size == 0 ? 1 : size;
    }
    return false;
}

void plain_text_explain_hidden(const struct hidden_character *hidden, struct text *why)
{
    char character[5];

    utf8_encode(hidden->character, character);
    text_puts(why, "there is an invisible character (");
    excerpt_escape(character, strlen(character), why);
    text_printf(why, ") in column %zu; delete it", hidden->column);
}

static bool is_around(uint32_t character)
{
    return utf8_is_space(character) || is_hidden(character);
}

/* The size of the last character, 0 if it is not valid. */
static size_t last(const char *text, size_t length, uint32_t *out)
{
    for (size_t size = 1; size <= 4 && size <= length; size++)
        if (utf8_decode(text + length - size, size, out) == size)
            return size;
    return 0;
}

size_t plain_text_trim(const char **text, size_t length)
{
    uint32_t character = 0;
    size_t size;

    while ((size = utf8_decode(*text, length, &character)) > 0 && is_around(character)) {
        *text += size;
        length -= size;
    }
    while ((size = last(*text, length, &character)) > 0 && is_around(character))
        length -= size;
    return length;
}
