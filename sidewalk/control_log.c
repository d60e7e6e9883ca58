/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/control_log.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plain_text.h"
#include "base/utf8.h"
#include "sidewalk/device_file.h"
#include "sidewalk/entry_search.h"
#include "sidewalk/file_kind.h"
#include "sidewalk/log_parser.h"

#define SEARCH_KEPT 1024 /* bytes before the current position, of which a search may need a part */

struct control_log {
    struct control_log_events events;
    struct log_parser parser;
    unsigned long long length; /* bytes of the log so far */
    bool started;              /* after the byte order mark */
    bool dead;                 /* the rest of the log is ignored */
    bool searching;            /* for the next entry, after a mistake */
    struct text window;        /* bytes since the beginning of the entry, or of the search */
    size_t searched;           /* bytes at the start of window in which no entry begins */
};

struct control_log *control_log_new(const struct control_log_events *events)
{
    struct control_log *log = memory_new(1, sizeof *log);

    log->events = *events;
    log_parser_init(&log->parser, events->entry, events->context);
    return log;
}

void control_log_free(struct control_log *log)
{
    if (log == NULL)
        return;
    log_parser_fini(&log->parser);
    text_fini(&log->window);
    free(log);
}

/* Reports the mistake. lost: the number of bytes of the window that belong to it. */
static void tell_mistake(struct control_log *log, size_t lost)
{
    TEXT struct text serial = TEXT_EMPTY;

    if (log->parser.entry.serial.length > 0)
        text_add(&serial, log->parser.entry.serial.data, log->parser.entry.serial.length);
    else
        entry_find_serial(text_get(&log->window), lost, &serial);
    log->events.broken(log->events.context, log->parser.mistake_offset, text_get(&log->parser.mistake),
                       text_get(&serial));
}

static void drop(struct text *text, size_t length)
{
    if (length == 0)
        return;
    memmove(text->data, text->data + length, text->length - length + 1);
    text->length -= length;
}

/* Continues at this byte of the window. Returns false at another mistake. */
static bool take_up(struct control_log *log, size_t at)
{
    unsigned long long offset = log->length - log->window.length + at;

    return log_parser_feed_entry(&log->parser, log->window.data + at, log->window.length - at, offset);
}

/* Ends the reading of a log that is useless from here on. */
static void give_up(struct control_log *log)
{
    if (log->parser.device_file)
        log->events.device_file(log->events.context, log->parser.mistake_offset);
    else
        tell_mistake(log, 0);
    log->dead = true;
}

/* Looks for a device's own file in the bytes that the parser could not read, before the next entry. */
static bool lost_device_file(struct control_log *log, size_t entry)
{
    log->parser.device_file =
        entry > log->searched &&
        device_file_is_in(text_get(&log->window) + log->searched, entry - log->searched);
    return log->parser.device_file;
}

/* Searches for the next entry after a mistake, and again after each mistake in the window. */
static void search(struct control_log *log)
{
    while (log->searching) {
        size_t at = entry_find(text_get(&log->window), log->window.length, log->searched);
        if (lost_device_file(log, at)) {
            give_up(log);
            return;
        }
        if (at == log->window.length) {
            log->searched =
                at > SEARCH_KEPT && at - SEARCH_KEPT > log->searched ? at - SEARCH_KEPT : log->searched;
            return;
        }
        tell_mistake(log, at);
        unsigned long long begin = log->length - log->window.length;
        bool fine = take_up(log, at);
        if (!fine && log->parser.hopeless && log->parser.refusal != NULL) {
            give_up(log);
            return;
        }
        /* Do not look into the same entry again if the mistake is in the first entry after a search. */
        unsigned long long keep = log->parser.in_entry ? log->parser.entry.offset
                                  : fine               ? log->length
                                                       : log->parser.told;
        size_t passed = (size_t)(keep - begin);
        drop(&log->window, passed);
        log->searched = log->parser.in_entry ? 1 : 0;
        if (log->parser.in_entry && passed == at && log->parser.mistake_offset > keep)
            log->searched = (size_t)(log->parser.mistake_offset - keep);
        log->searching = !fine;
    }
}

/* The bytes at this offset have a mistake: starts the search. */
static void begin_search(struct control_log *log, const char *bytes, size_t length, unsigned long long offset)
{
    if (log->parser.refusal != NULL && log->parser.hopeless) {
        give_up(log);
        return;
    }
    unsigned long long keep = log->parser.in_entry ? log->parser.entry.offset : log->parser.told;
    size_t passed = keep > offset ? (size_t)(keep - offset) : 0;
    if (!log->parser.in_entry || keep >= offset)
        text_clear(&log->window); /* the window belongs to a complete entry */
    text_add(&log->window, bytes + passed, length - passed);
    log->searching = true;
    log->searched = log->parser.in_entry ? 1 : 0;
}

/* Keeps all bytes of an incomplete entry: if it turns out broken, the next entry may begin inside. */
static void keep_window(struct control_log *log, const char *bytes, size_t length, unsigned long long offset)
{
    if (!log->parser.in_entry || log->parser.entry.offset >= offset)
        text_clear(&log->window);
    if (!log->parser.in_entry)
        return;
    size_t passed = log->parser.entry.offset > offset ? (size_t)(log->parser.entry.offset - offset) : 0;
    text_add(&log->window, bytes + passed, length - passed);
}

static void search_further(struct control_log *log, const char *bytes, size_t length)
{
    text_add(&log->window, bytes, length);
    search(log);
    if (log->searching && log->window.length > CONTROL_LOG_ENTRY_MAX) {
        if (log->parser.entry.serial.length == 0)
            entry_find_serial(log->window.data, log->window.length, &log->parser.entry.serial);
        drop(&log->window, log->searched);
        log->searched = 0;
    }
}

/* Adds what the file is if it is not JSON text. */
static void explain_foreign(const char *bytes, size_t length, struct text *out)
{
    const char *kind = file_kind(bytes, length);

    if (kind != NULL)
        text_printf(out, "the file is %s%s", kind,
                    strncmp(kind, "compressed", strlen("compressed")) == 0 ? "" : ", not a control log");
    else if (plain_text_is_utf16(bytes, length))
        text_puts(out, "the file is UTF-16 instead of UTF-8");
    else if (file_kind_is_list(bytes, length))
        text_puts(out, "this is a list of serial numbers, not a control log: it belongs to --csv");
}

static void feed(struct control_log *log, const char *bytes, size_t length)
{
    unsigned long long offset = log->length;

    log->length += length;
    if (log->dead)
        return;
    if (log->searching)
        search_further(log, bytes, length);
    else if (log_parser_feed(&log->parser, bytes, length, offset))
        keep_window(log, bytes, length, offset);
    else {
        begin_search(log, bytes, length, offset);
        if (!log->dead)
            search(log);
    }
}

/* Collects the first bytes until the kind of file is known. */
static void start(struct control_log *log)
{
    TEXT struct text first = log->window;
    TEXT struct text other = TEXT_EMPTY;
    size_t skip = utf8_mark_length(text_get(&first), first.length);

    log->window = (struct text)TEXT_EMPTY;
    log->started = true;
    explain_foreign(text_get(&first), first.length, &other);
    if (other.length > 0) {
        log->dead = true;
        log->events.broken(log->events.context, 0, text_get(&other), "");
    } else {
        log->length = log->parser.told = skip;
        feed(log, text_get(&first) + skip, first.length - skip);
    }
}

void control_log_feed(struct control_log *log, const char *bytes, size_t length)
{
    if (!log->started) {
        size_t wanted = FILE_KIND_BYTES - log->window.length, part = length < wanted ? length : wanted;
        text_add(&log->window, bytes, part);
        bytes += part;
        length -= part;
        if (log->window.length < FILE_KIND_BYTES)
            return;
        start(log);
    }
    if (length > 0)
        feed(log, bytes, length);
}

static const char *what_is_missing(const struct control_log *log)
{
    if (!log->parser.any)
        return "the file is empty";
    return log->parser.in_entry ? "the file is cut off in an entry" : "the file is cut off";
}

void control_log_end(struct control_log *log)
{
    if (!log->started)
        start(log);
    if (log->dead)
        return;
    if (log->searching) {
        tell_mistake(log, log->window.length);
        return;
    }
    if (log_parser_is_complete(&log->parser))
        return;
    log_parser_note_mistake(&log->parser, log->length, what_is_missing(log));
    tell_mistake(log, log->window.length);
}
