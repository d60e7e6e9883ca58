/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier_text.h"

#include <string.h>

#include "base/utf8.h"

enum kind {
    IN_WORD,
    SPACE,
    LINE_END,
    KEY_END, /* what is before it names what is after it */
    QUOTE,
    SEPARATOR,
};

static enum kind kind_of(uint32_t character)
{
    if (character == '\n' || character == '\r' || character == 0x85 || character == 0x2028 ||
        character == 0x2029)
        return LINE_END;
    if (utf8_is_space(character))
        return SPACE;
    if (character == ':' || character == '=' || character == 0xFF1A)
        return KEY_END;
    if (typed_is_quote(character))
        return QUOTE;
    return character != 0 && character < 0x80 && strchr(",;|{}[]()<>", (int)character) != NULL ? SEPARATOR
                                                                                               : IN_WORD;
}

static char letter_at(const struct typed *typed, size_t at)
{
    uint32_t character = typed->marks[at].character;

    if (character >= 'A' && character <= 'Z')
        return (char)(character + ('a' - 'A'));
    return character < 0x80 ? (char)character : '?';
}

/* Ignores case; text is lower-case ASCII. */
static bool reads(const struct typed *typed, size_t from, size_t end, const char *text)
{
    size_t length = strlen(text);

    if (end - from < length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (letter_at(typed, from + i) != text[i])
            return false;
    return true;
}

static bool is_address(const struct typed *typed, size_t at)
{
    return reads(typed, at, typed->count, "http://") || reads(typed, at, typed->count, "https://");
}

static bool has_label_path(const struct typed *typed, size_t from, size_t end)
{
    while (from < end && !reads(typed, from, end, "/r/"))
        from++;
    return from < end;
}

static size_t word_end(const struct typed *typed, size_t at)
{
    bool address = is_address(typed, at);

    for (; at < typed->count; at++) {
        enum kind kind = kind_of(typed->marks[at].character);
        if (kind != IN_WORD && !(address && (kind == KEY_END || kind == SEPARATOR)))
            return at;
    }
    return at;
}

/* Whether the text before end reads so, as words of its own; spaces, dashes and underscores do not count. */
static bool ends_with(const struct typed *typed, size_t end, const char *name)
{
    size_t left = strlen(name);

    while (left > 0 && end > 0) {
        char letter = letter_at(typed, --end);
        if (letter == name[left - 1])
            left--;
        else if (letter == '\0' || strchr(" -_", letter) == NULL)
            return false;
    }
    return left == 0 && (end == 0 || letter_at(typed, end - 1) < 'a' || letter_at(typed, end - 1) > 'z');
}

static bool ends_with_one(const struct typed *typed, size_t end, const char *const *names)
{
    for (; *names != NULL; names++)
        if (ends_with(typed, end, *names))
            return true;
    return false;
}

static enum text_name name_after(const struct typed *typed, const struct text_word *key)
{
    static const char *const ours[] = {"id",    "uid",       "uuid",       "deviceid",
                                       "thing", "thingname", "identifier", NULL};
    static const char *const others[] = {"mac", "ssid", "password", "key",  "pin",
                                         "psk", "imei", "lot",      "date", NULL};

    if (ends_with_one(typed, key->end, ours))
        return TEXT_IDENTIFIER;
    return ends_with_one(typed, key->end, others) ? TEXT_OTHER : TEXT_UNNAMED;
}

struct reader {
    const struct typed *typed;
    struct text_words *out;
    enum text_gap gap;
    enum text_name name; /* of the next word */
    bool has_value;      /* after the last key */
};

static void add_word(struct reader *reader, size_t from, size_t end)
{
    struct text_words *out = reader->out;

    if (out->count == TEXT_WORDS_MAX)
        return;
    out->words[out->count++] = (struct text_word){
        .from = from,
        .end = end,
        .gap = reader->gap,
        .name = reader->name,
        .is_address = is_address(reader->typed, from) || has_label_path(reader->typed, from, end),
    };
    reader->gap = TEXT_SPACE;
    reader->has_value = true;
}

static void end_key(struct reader *reader)
{
    struct text_words *out = reader->out;
    struct text_word *key = out->count > 0 ? &out->words[out->count - 1] : NULL;

    reader->name = key != NULL ? name_after(reader->typed, key) : TEXT_UNNAMED;
    reader->has_value = false;
    if (key != NULL)
        key->is_key = true;
}

static void step_over(struct reader *reader, enum kind kind)
{
    if (kind == KEY_END)
        end_key(reader);
    if (kind == SEPARATOR || (kind == LINE_END && reader->has_value))
        reader->name = TEXT_UNNAMED;
    if (kind == LINE_END && reader->gap == TEXT_SPACE)
        reader->gap = TEXT_LINE;
    else if (kind != SPACE && kind != LINE_END)
        reader->gap = TEXT_APART;
}

void text_words_read(const struct typed *typed, struct text_words *out)
{
    struct reader reader = {.typed = typed, .out = out, .gap = TEXT_APART};

    out->count = 0;
    for (size_t at = 0; at < typed->count;) {
        enum kind kind = kind_of(typed->marks[at].character);
        size_t end = kind == IN_WORD ? word_end(typed, at) : at + 1;
        if (kind == IN_WORD)
            add_word(&reader, at, end);
        else
            step_over(&reader, kind);
        at = end;
    }
}
