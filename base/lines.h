/* SPDX-License-Identifier: Apache-2.0 */
/* Splits text into lines: `struct lines` walks over a text in memory, `struct line_splitter` takes input in
 * pieces. A line ends with LF, CR LF or CR; the last one needs no end. Lines may be empty and may have a NUL
 * in them. Not thread-safe. */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct lines {
    const char *at, *end;
    size_t number; /* of the line that lines_next() returned last, from 1 */
};

/* The lines of length bytes, which are borrowed. */
struct lines lines_of(const char *bytes, size_t length);
/* Sets the next line, without its end, not terminated. Returns false after the last one. */
bool lines_next(struct lines *lines, const char **line, size_t *length);

struct line_splitter_events {
    void *context;
    /* line: with its end, which is always one LF, whatever ended it in the input (the end of the input too);
     * terminated. Borrowed for the call, which may change its bytes. */
    void (*line)(void *context, char *line, size_t length);
    /* A line has more than `most` bytes, its end included. Called at the first of them; the rest of the line
     * is skipped. */
    void (*too_long)(void *context);
};

struct line_splitter {
    struct line_splitter_events events;
    size_t most;
    struct text line; /* the current incomplete line */
    bool after_cr;
    bool skipping; /* the rest of a line that is too long */
};

struct line_splitter line_splitter_new(const struct line_splitter_events *events, size_t most);
void line_splitter_fini(struct line_splitter *splitter);
/* Calls back for each line that is complete. */
void line_splitter_feed(struct line_splitter *splitter, const char *bytes, size_t length);
/* End of input: calls back for the rest, if there is any. */
void line_splitter_end(struct line_splitter *splitter);

#endif
