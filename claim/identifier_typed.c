/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier_typed.h"

#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "claim/check_characters.h"

#define BROKEN ((uint32_t)0) /* also counts as hidden: cannot be shown */

static bool is_one_of(uint32_t character, const uint32_t *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (character == list[i])
            return true;
    return false;
}

bool typed_is_dash(uint32_t character)
{
    static const uint32_t dashes[] = {'-',    0x2010, 0x2011, 0x2012, 0x2013, 0x2014,
                                      0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D};
    return is_one_of(character, dashes, sizeof dashes / sizeof *dashes);
}

bool typed_is_quote(uint32_t character)
{
    static const uint32_t others[] = {'"',    '\'',   '`',    0xAB,   0xB4,   0xBB,
                                      0x2032, 0x2033, 0x2039, 0x203A, 0xFF02, 0xFF07};
    return (character >= 0x2018 && character <= 0x201F) || (character >= 0x300C && character <= 0x300F) ||
           is_one_of(character, others, sizeof others / sizeof *others);
}

/* Byte order marks, NULs and zero-width characters, which codes and clipboards leave around a text. */
static bool is_nothing(uint32_t character)
{
    return character == 0 || (character >= 0x200B && character <= 0x200F) || character == 0x2060 ||
           character == 0xFEFF;
}

static bool goes_before(uint32_t character)
{
    return utf8_is_space(character) || typed_is_quote(character) || is_nothing(character);
}

static bool goes_after(uint32_t character)
{
    static const uint32_t stops[] = {'.', ',', ';', ':'};
    return goes_before(character) || is_one_of(character, stops, sizeof stops / sizeof *stops);
}

static void cut(struct typed *typed, size_t from, size_t end)
{
    memmove(typed->marks, typed->marks + from, (end - from) * sizeof typed->marks[0]);
    typed->count = end - from;
}

/* Removes from the start what goes before an identifier, and from the end what goes after one. */
static void strip(struct typed *typed, bool (*before)(uint32_t), bool (*after)(uint32_t))
{
    size_t from = 0;
    size_t end = typed->count;

    while (from < end && before(typed->marks[from].character))
        from++;
    while (end > from && after(typed->marks[end - 1].character))
        end--;
    cut(typed, from, end);
}

void typed_trim(struct typed *typed)
{
    strip(typed, goes_before, goes_after);
}

bool typed_decode(const char *text, size_t length, struct typed *out, struct mark *culprit)
{
    out->count = 0;
    for (size_t at = 0; at < length;) {
        struct mark *mark = &out->marks[out->count];
        mark->position = ++out->count;
        size_t size = utf8_decode(text + at, length - at, &mark->character);
        if (size == 0) {
            *culprit = (struct mark){BROKEN, mark->position};
            return false;
        }
        at += size;
    }
    return true;
}

static bool all_visible(const struct typed *typed, struct mark *culprit)
{
    for (size_t i = 0; i < typed->count; i++) {
        if (utf8_is_hidden(typed->marks[i].character)) {
            *culprit = (struct mark){BROKEN, typed->marks[i].position};
            return false;
        }
    }
    return true;
}

static uint32_t lower(uint32_t character)
{
    return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
}

static bool is_letter_or_digit(uint32_t character)
{
    uint32_t letter = lower(character);
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

/* Compares ignoring case: QR codes are smaller in capitals, so URLs also come as HTTPS://HOST/R/... word is
 * lower-case ASCII. */
static bool stands_at(const struct typed *typed, size_t at, size_t end, const char *word)
{
    for (; *word != '\0'; word++, at++)
        if (at >= end || lower(typed->marks[at].character) != (unsigned char)*word)
            return false;
    return true;
}

/* The first position of word in [from, end); end if there is none. */
static size_t find(const struct typed *typed, size_t from, size_t end, const char *word)
{
    while (from < end && !stands_at(typed, from, end, word))
        from++;
    return from;
}

/* The first position of any of stops in [from, end); end if there is none. */
static size_t find_any(const struct typed *typed, size_t from, size_t end, const char *stops)
{
    for (; from < end; from++) {
        uint32_t character = typed->marks[from].character;
        if (character < 0x80 && strchr(stops, (int)character) != NULL)
            return from;
    }
    return end;
}

bool typed_is_address(const struct typed *typed)
{
    size_t end = typed->count;

    return stands_at(typed, 0, end, "http://") || stands_at(typed, 0, end, "https://") ||
           find(typed, 0, end, "/r/") < end || find(typed, 0, end, "?id=") < end ||
           find(typed, 0, end, "&id=") < end;
}

/* The end of the segment that stops at stop, including check characters in a segment of their own. */
static size_t with_check(const struct typed *typed, size_t stop, size_t end)
{
    size_t after = find_any(typed, stop < end ? stop + 1 : end, end, "/");

    if (after != stop + 1 + CHECK_LENGTH)
        return stop;
    for (size_t at = stop + 1; at < after; at++)
        if (!is_letter_or_digit(typed->marks[at].character))
            return stop;
    return after;
}

/* Narrows typed to the last non-empty "/r/" segment of [from, end), with its check characters. */
static bool take_segment(struct typed *typed, size_t from, size_t end)
{
    size_t segment = end;
    size_t segment_end = end;

    for (size_t at = find(typed, from, end, "/r/"); at < end; at = find(typed, at + 1, end, "/r/")) {
        size_t stop = find_any(typed, at + 3, end, "/");
        if (stop > at + 3) {
            segment = at + 3;
            segment_end = with_check(typed, stop, end);
        }
    }
    if (segment == end)
        return false;
    cut(typed, segment, segment_end);
    return true;
}

/* Narrows typed to the first "id" parameter with a value in the query [from, end), which starts with "?". */
static bool take_parameter(struct typed *typed, size_t from, size_t end)
{
    for (size_t at = from; at < end; at = find_any(typed, at + 1, end, "?&")) {
        if (!stands_at(typed, at + 1, end, "id="))
            continue;
        size_t stop = find_any(typed, at + 4, end, "&");
        if (stop > at + 4) {
            cut(typed, at + 4, stop);
            return true;
        }
    }
    return false;
}

/* The form on labels, a segment after /r/, wins over a parameter, which may be for tracking. The host is
 * skipped: http://r/... is not a label. */
static bool take_from_url(struct typed *typed)
{
    size_t scheme = find(typed, 0, typed->count, "://");
    size_t from = scheme < typed->count ? scheme + 3 : 0;
    size_t end = find_any(typed, from, typed->count, "#");
    size_t query = find_any(typed, from, end, "?&");

    return take_segment(typed, from, query) || take_parameter(typed, query, end);
}

static int digit_value(uint32_t character)
{
    return character < 0x80 ? hex_value((char)character) : -1;
}

/* The byte encoded by "%XX" at `at`, or -1. */
static int escaped_byte(const struct typed *typed, size_t at)
{
    if (at + 2 >= typed->count || typed->marks[at].character != '%')
        return -1;
    int high = digit_value(typed->marks[at + 1].character);
    int low = digit_value(typed->marks[at + 2].character);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Decodes the character that starts with the escape at *at. */
static bool unescape_one(const struct typed *typed, size_t *at, struct mark *out)
{
    char bytes[4];
    size_t count = 0;

    for (int byte; count < sizeof bytes && (byte = escaped_byte(typed, *at + count * 3)) >= 0; count++)
        bytes[count] = (char)byte;
    *out = typed->marks[*at];
    if (count == 0)
        return false;
    size_t size = utf8_decode(bytes, count, &out->character);
    if (size == 0)
        out->character = BROKEN;
    *at += size * 3;
    return size > 0;
}

/* Decodes once: text escaped twice keeps its % and is rejected. */
static bool unescape(struct typed *typed, struct mark *culprit)
{
    size_t count = 0;

    for (size_t at = 0; at < typed->count;) {
        struct mark mark = typed->marks[at];
        if (mark.character != '%')
            at++;
        else if (!unescape_one(typed, &at, &mark)) {
            *culprit = mark;
            return false;
        }
        typed->marks[count++] = mark;
    }
    typed->count = count;
    return true;
}

enum identifier_error typed_narrow(struct typed *typed, struct mark *culprit)
{
    typed_trim(typed);
    if (!all_visible(typed, culprit))
        return IDENTIFIER_BAD_CHARACTER;
    if (!typed_is_address(typed))
        return IDENTIFIER_OK;
    if (!take_from_url(typed))
        return IDENTIFIER_BAD_URL;
    if (!unescape(typed, culprit))
        return IDENTIFIER_BAD_CHARACTER;
    strip(typed, is_nothing, is_nothing);
    if (!all_visible(typed, culprit))
        return IDENTIFIER_BAD_CHARACTER;
    typed_trim(typed);
    return typed->count > 0 ? IDENTIFIER_OK : IDENTIFIER_BAD_URL;
}
