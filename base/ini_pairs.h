/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the lines of an INI text: [section] lines, which the caller parses, and `name = value` or
 * `name: value`. A comment starts with ; or # at the start of a line, or with ; after a space. Space around
 * lines, names and values is removed; no line continues another. Skips a byte order mark. Line ends are those
 * of base/lines.h. Any thread; an event must not read another INI text. */
#ifndef BASE_INI_PAIRS_H
#define BASE_INI_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

struct ini_line {
    const char *text; /* without the space around it; not terminated */
    size_t length;
    size_t number; /* from 1 */
    bool indented;
};

/* Everything is borrowed for the call. */
struct ini_events {
    void *context;
    void (*section)(void *context, const struct ini_line *line); /* begins with [ */
    void (*pair)(void *context, const struct ini_line *line, const char *name, const char *value);
    /* Reading continues with the next line. */
    void (*bad)(void *context, const struct ini_line *line, const char *why);
};

/* Lines of more than line_max bytes are bad, as are lines with a NUL or an invisible character outside of
 * comments. A text in UTF-16 is one bad line. */
void ini_pairs_read(const char *bytes, size_t length, size_t line_max, const struct ini_events *events);

#endif
