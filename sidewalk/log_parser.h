/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the entries of a control log that has no mistakes, in pieces: what is parsed follows one path,
 * document, logs, entry, device; all other values are counted and skipped. Stops at the first mistake.
 * Private to control_log.c, which goes on after it. Not thread-safe. */
#ifndef SIDEWALK_LOG_PARSER_H
#define SIDEWALK_LOG_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "sidewalk/log_entry.h"

struct yajl_handle_t;

/* Offsets are those of the log, in bytes. */
struct log_parser {
    void *context;
    void (*on_entry)(void *context, const struct control_log_entry *entry);
    struct yajl_handle_t *yajl;   /* owned */
    unsigned long long run_begin; /* of yajl's current input */
    unsigned long long told;      /* of the end of the last token */

    unsigned place, key; /* where it is; the field of the next value */
    size_t skipped;      /* levels inside a value that is skipped */
    size_t depth;
    unsigned seen; /* fields of this document and entry, as bits */
    bool in_entry;
    bool any; /* there was any token */
    struct control_log_entry entry;

    const char *refusal; /* why the log was refused, though it is JSON; NULL: it was not */
    bool hopeless;       /* ... and the rest of the log is useless */
    bool device_file;    /* ... because it is a device's own file (device_file.h) */
    struct text mistake; /* the first one, in words, and where */
    unsigned long long mistake_offset;
};

void log_parser_init(struct log_parser *parser,
                     void (*on_entry)(void *context, const struct control_log_entry *entry), void *context);
void log_parser_fini(struct log_parser *parser);

/* Parses bytes at this offset of the log. Returns false after a mistake, which it has recorded. */
bool log_parser_feed(struct log_parser *parser, const char *bytes, size_t length, unsigned long long offset);
/* The same, after forgetting what came before: an entry begins at bytes. */
bool log_parser_feed_entry(struct log_parser *parser, const char *bytes, size_t length,
                           unsigned long long offset);
/* Whether the input so far is all of a log. Nothing can be fed afterwards. */
bool log_parser_is_complete(struct log_parser *parser);
/* what: ends at a newline, if it has one. */
void log_parser_note_mistake(struct log_parser *parser, unsigned long long offset, const char *what);

#endif
