/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/digital_link.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/hex.h"
#include "base/percent.h"
#include "base/utf8.h"
#include "claim/identifier_typed.h"

#define SEGMENTS_MAX IDENTIFIER_TYPED_MAX
#define GTIN_TYPED_MAX 20

struct segment {
    const char *text;
    size_t length;
};

struct path {
    struct segment segments[SEGMENTS_MAX];
    size_t count;
};

static bool is_all_digits(const struct segment *segment)
{
    for (size_t i = 0; i < segment->length; i++)
        if (!isdigit((unsigned char)segment->text[i]))
            return false;
    return segment->length > 0;
}

static bool is_key(const struct segment *segment)
{
    return segment->length >= 2 && segment->length <= 4 && is_all_digits(segment);
}

static bool reads(const struct segment *segment, const char *text)
{
    return segment->length == strlen(text) && memcmp(segment->text, text, segment->length) == 0;
}

/* ---- values ---- */

/* Set 82 (GS1 General Specifications 7.11). */
static bool is_of_a_value(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("!\"%&'()*+,-./:;<=>?_", c) != NULL);
}

/* Decodes one value. False if it is empty, too long or has characters that may not be in it. */
static bool take_value(const struct segment *segment, char out[DIGITAL_LINK_VALUE_SIZE])
{
    char value[DIGITAL_LINK_VALUE_SIZE];
    size_t count = 0;

    for (size_t at = 0; at < segment->length; at++) {
        char c = segment->text[at];
        if (c == '%') {
            int high = at + 2 < segment->length ? hex_value(segment->text[at + 1]) : -1;
            int low = at + 2 < segment->length ? hex_value(segment->text[at + 2]) : -1;
            c = high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
            at += 2;
        }
        if (count == DIGITAL_LINK_VALUE_MAX || !is_of_a_value(c))
            return false;
        value[count++] = c;
    }
    value[count] = '\0';
    memcpy(out, value, count + 1);
    return count > 0;
}

enum identifier_error digital_link_check_serial(const char *serial)
{
    size_t length = strlen(serial);

    for (size_t i = 0; i < length; i++)
        if (!is_of_a_value(serial[i]))
            return IDENTIFIER_BAD_SERIAL;
    return length > 0 && length <= DIGITAL_LINK_VALUE_MAX ? IDENTIFIER_OK : IDENTIFIER_BAD_SERIAL;
}

/* ---- links ---- */

static size_t find_any(const char *text, size_t length, size_t from, const char *stops)
{
    while (from < length && (text[from] == '\0' || strchr(stops, text[from]) == NULL))
        from++;
    return from;
}

static size_t path_start(const char *text, size_t length)
{
    size_t at = find_any(text, length, 0, ":/?#");

    if (length - at < 3 || memcmp(text + at, "://", 3) != 0)
        return 0;
    return find_any(text, length, at + 3, "/?#");
}

/* A slash at the end ends nothing. */
static void split(const char *text, size_t length, struct path *path)
{
    size_t end = find_any(text, length, 0, "?#");

    path->count = 0;
    if (end > 0 && text[end - 1] == '/')
        end--;
    for (size_t at = path_start(text, length); at < end;) {
        size_t from = text[at] == '/' ? at + 1 : at;
        size_t stop = find_any(text, end, from, "/");
        path->segments[path->count++] = (struct segment){text + from, stop - from};
        at = stop;
    }
}

/* The position of the last 01 with nothing but pairs of key and value from there on; count if there is
 * none. */
static size_t find_gtin(const struct path *path)
{
    for (size_t at = path->count; at >= 2 && is_key(&path->segments[at - 2]); at -= 2)
        if (reads(&path->segments[at - 2], "01"))
            return at - 2;
    return path->count;
}

static bool may_be_gtin(const struct segment *segment)
{
    return is_all_digits(segment) && segment->length >= DIGITAL_LINK_GTIN_MIN &&
           segment->length <= GTIN_TYPED_MAX;
}

/* Whether there is a 01 with a number, and then something that is no pair. */
static bool is_broken_link(const struct path *path)
{
    for (size_t at = 0; at + 1 < path->count; at++)
        if (reads(&path->segments[at], "01") && may_be_gtin(&path->segments[at + 1]))
            return true;
    return false;
}

static enum identifier_error take_pairs(const struct path *path, size_t at, struct digital_link *link)
{
    static const char *const order[] = {"22", "10", "21"};
    char variant[DIGITAL_LINK_VALUE_SIZE];
    char *const values[] = {variant, link->batch, link->serial};
    size_t next = 0;

    for (; at < path->count; at += 2) {
        size_t key = 0;
        while (key < 3 && !reads(&path->segments[at], order[key]))
            key++;
        if (key == 3)
            continue;
        if (key < next)
            return IDENTIFIER_BAD_LINK;
        if (!take_value(&path->segments[at + 1], values[key]))
            return key == 2 ? IDENTIFIER_BAD_SERIAL : IDENTIFIER_BAD_LINK;
        next = key + 1;
    }
    return IDENTIFIER_OK;
}

enum identifier_error digital_link_parse(const char *text, size_t length, struct digital_link *out)
{
    struct digital_link link = {.gtin = ""};
    struct path path;

    if (length > IDENTIFIER_TYPED_MAX)
        return IDENTIFIER_NO_MATCH;
    split(text, length, &path);
    size_t at = find_gtin(&path);
    if (at == path.count || !may_be_gtin(&path.segments[at + 1]))
        return is_broken_link(&path) ? IDENTIFIER_BAD_LINK : IDENTIFIER_NO_MATCH;
    const struct segment *gtin = &path.segments[at + 1];
    enum gtin_error wrong = gtin_parse(gtin->text, gtin->length, link.gtin);
    if (wrong)
        return wrong == GTIN_WRONG_CHECK ? IDENTIFIER_WRONG_GTIN : IDENTIFIER_BAD_GTIN;
    enum identifier_error error = take_pairs(&path, at + 2, &link);
    if (error == IDENTIFIER_OK)
        *out = link;
    return error;
}

/* ---- in a longer text ---- */

/* Bytes that are not UTF-8 are parts of words. */
static uint32_t character_at(const char *text, size_t length, size_t at, size_t *size)
{
    uint32_t character = 'x';

    *size = utf8_decode(text + at, length - at, &character);
    *size = *size > 0 ? *size : 1;
    return character;
}

static bool is_around(uint32_t character)
{
    return utf8_is_space(character) || utf8_is_hidden(character) ||
           (character != '\'' && typed_is_quote(character)) || character == '<' || character == '>';
}

/* The next word from *at on; length 0 at the end. */
static struct segment next_word(const char *text, size_t length, size_t *at)
{
    size_t size = 0;

    while (*at < length && is_around(character_at(text, length, *at, &size)))
        *at += size;
    struct segment word = {text + *at, 0};
    while (*at < length && !is_around(character_at(text, length, *at, &size))) {
        *at += size;
        word.length += size;
    }
    while (word.length > 1 && strchr(".,;:", word.text[word.length - 1]) != NULL)
        word.length--;
    return word;
}

static bool is_same(const struct digital_link *a, const struct digital_link *b)
{
    return strcmp(a->gtin, b->gtin) == 0 && strcmp(a->serial, b->serial) == 0;
}

enum identifier_error digital_link_search(const char *text, size_t length, struct digital_link *out,
                                          size_t *words)
{
    enum identifier_error found = IDENTIFIER_NO_MATCH;
    struct digital_link link, first;
    size_t at = 0, count = 0;

    for (struct segment word = next_word(text, length, &at); word.length > 0;
         word = next_word(text, length, &at)) {
        enum identifier_error error = digital_link_parse(word.text, word.length, &link);
        count++;
        if (error == IDENTIFIER_NO_MATCH || found == IDENTIFIER_SEVERAL)
            continue;
        if (error == IDENTIFIER_OK && found == IDENTIFIER_OK)
            found = is_same(&link, &first) ? IDENTIFIER_OK : IDENTIFIER_SEVERAL;
        else if (found != IDENTIFIER_OK) {
            found = error;
            first = link;
        }
    }
    if (words != NULL)
        *words = count;
    if (found == IDENTIFIER_OK)
        *out = first;
    return found;
}

/* ---- making ---- */

void digital_link_add_path(const char *gtin, const char *serial, struct text *out)
{
    size_t length = strlen(serial);

    text_printf(out, "/01/%s", gtin);
    if (length == 0)
        return;
    text_puts(out, "/21/");
    percent_encode(out, serial, length - 1, "");
    /* One at the end would be taken for a full stop. */
    if (serial[length - 1] == '.')
        text_puts(out, "%2E");
    else
        percent_encode(out, serial + length - 1, 1, "");
}
