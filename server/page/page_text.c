/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/page_text.h"

#include <string.h>

#include "base/utf8.h"
#include "ownership/product_answer.h"

#define REPLACEMENT "\xEF\xBF\xBD"

bool page_text_valid(const char *string)
{
    const char *const end = string + strlen(string);
    uint32_t character;
    size_t size = 0;
    while ((size = utf8_decode(string, (size_t)(end - string), &character)) > 0)
        string += size;
    return string == end;
}

void page_text_visible(struct text *out, const char *string, size_t limit)
{
    const char *const end = string + strnlen(string, limit);
    for (size_t size; string < end; string += size) {
        uint32_t character = 0;
        size = utf8_decode(string, (size_t)(end - string), &character);
        if (size == 1 && utf8_is_space(character))
            text_puts(out, " ");
        else if (size == 0 || utf8_is_hidden(character))
            text_puts(out, REPLACEMENT);
        else
            text_add(out, string, size);
        size = size > 0 ? size : 1;
    }
}

void page_text_typed(struct text *out, const char *string)
{
    const char *const end = string + strlen(string);
    for (size_t size; string < end; string += size) {
        uint32_t character = 0;
        size = utf8_decode(string, (size_t)(end - string), &character);
        if (size == 0 || product_answer_refuses(character))
            text_puts(out, REPLACEMENT);
        else
            text_add(out, string, size);
        size = size > 0 ? size : 1;
    }
}
