/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lines.h"

#include <string.h>

/* The bytes before the first line end; length if there is none. */
static size_t line_length(const char *bytes, size_t length)
{
    const char *feed = memchr(bytes, '\n', length);
    size_t size = feed ? (size_t)(feed - bytes) : length;
    const char *back = memchr(bytes, '\r', size);

    return back ? (size_t)(back - bytes) : size;
}

struct lines lines_of(const char *bytes, size_t length)
{
    return (struct lines){.at = bytes, .end = bytes + length};
}

bool lines_next(struct lines *lines, const char **line, size_t *length)
{
    size_t left = (size_t)(lines->end - lines->at);

    if (left == 0)
        return false;
    *line = lines->at;
    *length = line_length(lines->at, left);
    lines->at += *length;
    if (lines->end - lines->at >= 2 && memcmp(lines->at, "\r\n", 2) == 0)
        lines->at++;
    lines->at += lines->at < lines->end;
    lines->number++;
    return true;
}

struct line_splitter line_splitter_new(const struct line_splitter_events *events, size_t most)
{
    return (struct line_splitter){.events = *events, .most = most};
}

void line_splitter_fini(struct line_splitter *splitter)
{
    text_fini(&splitter->line);
}

static void add_part(struct line_splitter *splitter, const char *bytes, size_t length)
{
    if (splitter->skipping)
        return;
    if (splitter->line.length + length <= splitter->most) {
        text_add(&splitter->line, bytes, length);
        return;
    }
    splitter->skipping = true;
    splitter->events.too_long(splitter->events.context);
}

static void end_line(struct line_splitter *splitter)
{
    add_part(splitter, "\n", 1);
    if (!splitter->skipping)
        splitter->events.line(splitter->events.context, splitter->line.data, splitter->line.length);
    splitter->skipping = false;
    text_clear(&splitter->line);
}

/* Takes bytes up to and including a line end, or fewer. Returns how many. */
static size_t take(struct line_splitter *splitter, const char *bytes, size_t length)
{
    if (splitter->after_cr && *bytes == '\n') {
        splitter->after_cr = false;
        return 1;
    }
    /* With CR alone as line ends, an unbounded search for LF would read the rest for each line. */
    size_t within = length <= splitter->most ? length : splitter->most + 1;
    size_t size = line_length(bytes, within);
    add_part(splitter, bytes, size);
    bool ends = size < length && (bytes[size] == '\r' || bytes[size] == '\n');
    splitter->after_cr = ends && bytes[size] == '\r';
    if (ends)
        end_line(splitter);
    return size + ends;
}

void line_splitter_feed(struct line_splitter *splitter, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t taken = take(splitter, bytes, length);
        bytes += taken;
        length -= taken;
    }
}

void line_splitter_end(struct line_splitter *splitter)
{
    if (splitter->line.length > 0 && !splitter->skipping)
        end_line(splitter);
}
