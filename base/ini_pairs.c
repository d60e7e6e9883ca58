/* SPDX-License-Identifier: Apache-2.0 */
/* Reads with inih; no other file uses inih. inih truncates long lines and sections silently, joins indented
 * lines to the line before, gives handlers no line numbers and reports only the first bad line. So
 * next_line() feeds it one line at a time, counts lines, removes indentation, and withholds sections and what
 * inih would truncate. */
#include "base/ini_pairs.h"

#include <ini.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "base/utf8.h"

#define SPACES " \t\r\v\f"

struct reading {
    const struct ini_events *events;
    size_t line_max;
    struct lines lines;
    struct ini_line line; /* the current one */
    const char *begin;    /* of the line, with its indentation */
    bool pair_expected;   /* inih got a line that must lead to a call of take_pair() */
};

/* inih's settings are global. */
static pthread_mutex_t inih_lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_space(char c)
{
    return c != '\0' && strchr(SPACES, c) != NULL;
}

static void strip(struct ini_line *line)
{
    line->indented = line->length > 0 && is_space(line->text[0]);
    while (line->length > 0 && is_space(line->text[0])) {
        line->text++;
        line->length--;
    }
    while (line->length > 0 && is_space(line->text[line->length - 1]))
        line->length--;
}

/* Where a comment begins after a value; the length of the line if there is none. */
static size_t comment_begin(const struct ini_line *line)
{
    size_t at = 1;

    while (at < line->length && !(line->text[at] == ';' && is_space(line->text[at - 1])))
        at++;
    return at;
}

static bool find_hidden(const struct reading *reading, struct text *why)
{
    const struct ini_line *line = &reading->line;
    struct hidden_character hidden;
    size_t indentation = (size_t)(line->text - reading->begin);

    if (!plain_text_find_hidden(reading->begin, indentation + comment_begin(line), &hidden))
        return false;
    plain_text_explain_hidden(&hidden, why);
    return true;
}

/* Returns whether to pass the current line to inih. */
static bool admit_line(struct reading *reading)
{
    const struct ini_events *events = reading->events;
    const struct ini_line *line = &reading->line;
    TEXT struct text why = TEXT_EMPTY;

    if (line->length == 0 || line->text[0] == ';' || line->text[0] == '#')
        return false;
    if (line->length > reading->line_max)
        events->bad(events->context, line, "the line is too long");
    else if (memchr(line->text, '\0', line->length) != NULL)
        events->bad(events->context, line, "the line has a NUL in it");
    else if (find_hidden(reading, &why))
        events->bad(events->context, line, why.data);
    else if (line->text[0] == '[')
        events->section(events->context, line);
    else
        return true;
    return false;
}

static void miss_pair(struct reading *reading)
{
    if (reading->pair_expected)
        reading->events->bad(reading->events->context, &reading->line,
                             "the line must be a [section] or name = value");
    reading->pair_expected = false;
}

/* An fgets() for inih. Lines that inih does not need become empty lines. */
static char *next_line(char *out, int room, void *stream)
{
    struct reading *reading = stream;
    struct ini_line *line = &reading->line;

    miss_pair(reading);
    if (!lines_next(&reading->lines, &line->text, &line->length))
        return NULL;
    line->number = reading->lines.number;
    reading->begin = line->text;
    strip(line);
    reading->pair_expected = admit_line(reading);
    size_t length = reading->pair_expected ? line->length : 0;
    if (length + 2 > (size_t)room)
        abort(); /* inih was not given the room that run_inih() asked for */
    memcpy(out, line->text, length);
    memcpy(out + length, "\n", 2);
    return out;
}

static int take_pair(void *context, const char *section, const char *name, const char *value)
{
    struct reading *reading = context;

    (void)section;
    reading->pair_expected = false;
    reading->events->pair(reading->events->context, &reading->line, name, value);
    return 1;
}

void ini_pairs_read(const char *bytes, size_t length, size_t line_max, const struct ini_events *events)
{
    size_t mark = utf8_mark_length(bytes, length);
    struct reading reading = {
        .events = events, .line_max = line_max, .lines = lines_of(bytes + mark, length - mark)};

    if (plain_text_is_utf16(bytes, length)) {
        reading.line = (struct ini_line){.text = "", .number = 1};
        events->bad(events->context, &reading.line, PLAIN_TEXT_UTF16);
        return;
    }
    pthread_mutex_lock(&inih_lock);
    ini_max_line = (int)line_max + 3;
    ini_allow_multiline = false;
    ini_allow_no_value = false;
    int error = ini_parse_stream(next_line, &reading, take_pair, &reading);
    pthread_mutex_unlock(&inih_lock);
    if (error < 0)
        abort(); /* out of memory; a bad line is more than 0, and was reported */
}
