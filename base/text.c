/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

static void reserve(struct text *text, size_t more)
{
    size_t wanted = text->length + more + 1;

    if (wanted <= text->length)
        abort();
    if (wanted <= text->room)
        return;
    size_t room = text->room ? text->room * 2 : 64;
    if (room < wanted)
        room = wanted;
    text->data = memory_grow(text->data, room, 1);
    text->room = room;
}

void text_fini(struct text *text)
{
    free(text->data);
    *text = (struct text)TEXT_EMPTY;
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->data)
        text->data[0] = '\0';
}

void text_add(struct text *text, const char *bytes, size_t length)
{
    reserve(text, length);
    if (length)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_puts(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        abort();
    reserve(text, (size_t)length);
    va_start(arguments, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void text_json(struct text *text, const char *string)
{
    uint32_t character;

    for (size_t left = strlen(string), size; left > 0; left -= size, string += size) {
        size = utf8_decode(string, left, &character);
        if (size == 0) { /* invalid UTF-8 would make the whole document unreadable */
            text_puts(text, "\\ufffd");
            size = 1;
        } else if (character == '"' || character == '\\') {
            text_printf(text, "\\%c", (char)character);
        } else if (character < 0x20 || character == 0x7f) {
            text_printf(text, "\\u%04x", (unsigned)character);
        } else {
            text_add(text, string, size);
        }
    }
}

const char *text_get(const struct text *text)
{
    return text->data ? text->data : "";
}

char *text_take(struct text *text)
{
    reserve(text, 0);
    text->data[text->length] = '\0';
    char *taken = text->data;
    *text = (struct text)TEXT_EMPTY;
    return taken;
}
