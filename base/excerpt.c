/* SPDX-License-Identifier: Apache-2.0 */
#include "base/excerpt.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

#define SHORT_MAX 20 /* characters */
#define SHOWN_MAX 60

static bool is_words(const char *bytes, size_t length)
{
    size_t group = 0, since_letter = 0, capitals = 0;
    bool lettered = false, hexadecimal = false;

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        group = isalnum(c) ? group + 1 : 0;
        since_letter = (c >= 'g' && c <= 'z') || c >= 0x80 ? 0 : since_letter + 1;
        capitals += isupper(c) != 0;
        lettered = lettered || isalpha(c) || c >= 0x80;
        hexadecimal = hexadecimal || since_letter >= SHORT_MAX;
        if (group > SHORT_MAX)
            return false;
    }
    return !lettered || (!hexadecimal && capitals * 10 <= length);
}

bool excerpt_may_be_key(const char *bytes, size_t length)
{
    return utf8_count(bytes, length) > SHORT_MAX &&
           (!utf8_is_valid(bytes, length) || !is_words(bytes, length));
}

/* The size of the first character; 1 for an invalid byte. */
static size_t escape_one(const char *bytes, size_t length, struct text *out)
{
    uint32_t character;
    size_t size = utf8_decode(bytes, length, &character);

    if (size == 0)
        text_printf(out, "\\x%X", (unsigned)(unsigned char)bytes[0]); /* at least 0x80: two digits */
    else if (character == '\\')
        text_puts(out, "\\\\");
    else if (character == ' ' || (!utf8_is_hidden(character) && !utf8_is_space(character)))
        text_add(out, bytes, size);
    else if (character < 0xA0)
        text_printf(out, "\\u%04x", (unsigned)character);
    else
        text_printf(out, character > 0xFFFF ? "\\U%08X" : "\\u%04X", (unsigned)character);
    return size == 0 ? 1 : size;
}

void excerpt_escape(const char *bytes, size_t length, struct text *out)
{
    for (size_t at = 0; at < length;)
        at += escape_one(bytes + at, length - at, out);
}

static void describe(const char *bytes, size_t length, struct text *out)
{
    size_t digits = 0;

    while (digits < length && hex_value(bytes[digits]) >= 0)
        digits++;
    text_printf(out, "%zu %s (not shown, they may be a key)",
                utf8_is_valid(bytes, length) ? utf8_count(bytes, length) : length,
                digits == length               ? "hex digits"
                : utf8_is_valid(bytes, length) ? "characters"
                                               : "bytes that are not UTF-8");
}

void excerpt_add_bare(const char *bytes, size_t length, struct text *out)
{
    size_t at = 0;

    if (excerpt_may_be_key(bytes, length)) {
        describe(bytes, length, out);
        return;
    }
    for (size_t shown = 0; at < length && shown < SHOWN_MAX; shown++)
        at += escape_one(bytes + at, length - at, out);
    text_puts(out, at < length ? "..." : "");
}

void excerpt_add(const char *bytes, size_t length, struct text *out)
{
    const char *mark = excerpt_may_be_key(bytes, length) ? "" : "\"";

    text_puts(out, mark);
    excerpt_add_bare(bytes, length, out);
    text_puts(out, mark);
}

void excerpt_add_path(const char *path, int error, struct text *out)
{
    if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG)
        excerpt_add_bare(path, strlen(path), out);
    else
        text_puts(out, path);
}
