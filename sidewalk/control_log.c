/* SPDX-License-Identifier: Apache-2.0 */
/* The only user of yajl. The callbacks follow one path: document, logs, entry, device. All other values are
 * counted and skipped. */
#include "sidewalk/control_log.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "sidewalk/entry_search.h"

#define SEARCH_KEPT 1024 /* bytes before the current position, of which a search may need a part */
#define FIELD_MAX 256
#define CHAIN_MAX 16384

enum place { OUTSIDE, DOCUMENT, LOGS, ENTRY, DEVICE, PRODUCT, DATA };
enum kind { STRING, MAP, ARRAY };
enum field {
    F_LOGS,
    F_VERSION,
    F_DEVICE,
    F_SERIAL,
    F_PRODUCT,
    F_DATA,
    F_APID,
    F_ED25519,
    F_P256,
    FIELDS,
    NONE = FIELDS
};

static const struct {
    const char *name;
    enum place place; /* the place of its key */
    enum kind kind;
    enum place inside; /* the place inside it, for maps and arrays */
} fields[FIELDS] = {
    [F_LOGS] = {"controlLogs", DOCUMENT, ARRAY, LOGS},
    [F_VERSION] = {"version", ENTRY, STRING, OUTSIDE},
    [F_DEVICE] = {"device", ENTRY, MAP, DEVICE},
    [F_SERIAL] = {"serialNumber", DEVICE, STRING, OUTSIDE},
    [F_PRODUCT] = {"productIdentifier", DEVICE, MAP, PRODUCT},
    [F_DATA] = {"sidewalkData", DEVICE, MAP, DATA},
    [F_APID] = {"advertisedProductId", PRODUCT, STRING, OUTSIDE},
    [F_ED25519] = {"SidewalkED25519CertificateChain", DATA, STRING, OUTSIDE},
    [F_P256] = {"SidewalkP256R1CertificateChain", DATA, STRING, OUTSIDE},
};

static const char *const kind_words[] = {[STRING] = "a text", [MAP] = "an object", [ARRAY] = "an array"};
static const char too_large[] = "an entry is larger than 1 MiB";
static const enum place above[] = {OUTSIDE, OUTSIDE, DOCUMENT, LOGS, ENTRY, DEVICE, DEVICE};

struct control_log {
    struct control_log_events events;
    yajl_handle parser;
    unsigned long long length;    /* bytes of the log so far */
    unsigned long long run_begin; /* offset in the log of yajl's current input */
    unsigned long long told;      /* offset in the log of the last callback */
    bool started;                 /* after the byte order mark */
    bool dead;                    /* the rest of the log is ignored */

    enum place place;
    enum field key; /* of the next value */
    size_t skipped; /* levels inside a value that is skipped */
    size_t depth;
    unsigned seen; /* fields of this document and entry, as bits */
    bool in_entry;
    bool any; /* there was any token */
    struct control_log_entry entry;

    const char *refusal; /* why a callback stopped yajl */
    bool hopeless;       /* ... and the rest of the log is useless */
    bool searching;      /* for the next entry, after a mistake */
    struct text mistake;
    unsigned long long mistake_offset;
    struct text window; /* bytes since the beginning of the entry, or of the search */
    size_t searched;    /* bytes at the start of window in which no entry begins */
};

static int refuse(struct control_log *log, const char *why, bool hopeless)
{
    log->refusal = why;
    log->hopeless = hopeless;
    return 0;
}

/* Returns yajl's position: after the current token. */
static unsigned long long position(struct control_log *log)
{
    log->any = true;
    log->told = log->run_begin + yajl_get_bytes_consumed(log->parser);
    return log->told;
}

static struct text *field_text(struct control_log *log, enum field field)
{
    switch (field) {
    case F_VERSION:
        return &log->entry.version;
    case F_SERIAL:
        return &log->entry.serial;
    case F_APID:
        return &log->entry.apid;
    case F_ED25519:
        return &log->entry.chains[CHAIN_ED25519];
    case F_P256:
        return &log->entry.chains[CHAIN_P256];
    default:
        return NULL;
    }
}

static void clear_entry(struct control_log *log)
{
    for (enum field field = 0; field < FIELDS; field++)
        if (field_text(log, field) != NULL)
            text_clear(field_text(log, field));
    text_clear(&log->entry.mistake);
    log->seen &= 1U << F_LOGS;
    log->in_entry = false;
}

/* Records a mistake. Only the first one of an entry is reported. */
static void note(struct control_log *log, const char *name, const char *is, const char *what)
{
    if (log->entry.mistake.length == 0)
        text_printf(&log->entry.mistake, "%s %s %s", name, is, what);
}

/* Handles a value that the path does not expect; size: the bytes that yajl has passed, as far as known
 * (escapes). Returns false to stop. */
static int unwanted_value(struct control_log *log, const char *what, size_t size)
{
    enum field key = log->key;

    log->key = NONE;
    if (log->place == OUTSIDE)
        return refuse(log, "a document is not an object with controlLogs in it", true);
    if (log->place == LOGS) {
        log->entry.offset = log->told - size;
        text_clear(&log->entry.mistake);
        note(log, "it is", what, "instead of an object");
        log->events.entry(log->events.context, &log->entry);
        clear_entry(log);
    } else if (key == F_LOGS)
        return refuse(log, "controlLogs is not an array", true);
    else if (key != NONE) {
        note(log, fields[key].name, "is", what);
        text_printf(&log->entry.mistake, " instead of %s", kind_words[fields[key].kind]);
    }
    return 1;
}

static int scalar(struct control_log *log, const char *what, size_t size)
{
    position(log);
    return log->skipped > 0 ? 1 : unwanted_value(log, what, size);
}

static int on_null(void *context)
{
    return scalar(context, "null", 4);
}

static int on_boolean(void *context, int value)
{
    return scalar(context, value ? "true" : "false", value ? 4 : 5);
}

static int on_number(void *context, const char *text, size_t length)
{
    (void)text;
    return scalar(context, "a number", length);
}

static int on_string(void *context, const unsigned char *bytes, size_t length)
{
    struct control_log *log = context;

    position(log);
    if (log->skipped > 0)
        return 1;
    struct text *out = log->key != NONE ? field_text(log, log->key) : NULL;
    if (out == NULL)
        return unwanted_value(log, "a text", length + 2);
    size_t most = log->key >= F_ED25519 ? CHAIN_MAX : FIELD_MAX;
    text_add(out, (const char *)bytes, length < most ? length : most);
    log->key = NONE;
    return 1;
}

/* The chains' names are also written with a small s. */
static bool is_field(enum field field, enum place place, const unsigned char *name, size_t length)
{
    const char *wanted = fields[field].name;

    if (fields[field].place != place || strlen(wanted) != length)
        return false;
    if (field >= F_ED25519 && name[0] == 's')
        return memcmp(name + 1, wanted + 1, length - 1) == 0;
    return memcmp(name, wanted, length) == 0;
}

static int on_key(void *context, const unsigned char *name, size_t length)
{
    struct control_log *log = context;

    position(log);
    log->key = NONE;
    if (log->skipped > 0)
        return 1;
    for (enum field field = 0; field < FIELDS && log->key == NONE; field++)
        if (is_field(field, log->place, name, length))
            log->key = field;
    if (log->key == NONE)
        return 1;
    if ((log->seen & 1U << log->key) != 0) {
        if (log->key == F_LOGS)
            return refuse(log, "a document has controlLogs twice", true);
        note(log, fields[log->key].name, "occurs", "twice");
        log->key = NONE; /* the first one is kept */
    } else
        log->seen |= 1U << log->key;
    return 1;
}

static int begin(struct control_log *log, enum kind kind)
{
    unsigned long long offset = position(log) - 1;

    if (++log->depth > CONTROL_LOG_DEPTH_MAX)
        return refuse(log, "it is nested more than 64 deep", false);
    if (log->skipped > 0) {
        log->skipped++;
        return 1;
    }
    if (log->place == OUTSIDE && kind == MAP) {
        log->place = DOCUMENT;
        log->seen = 0;
    } else if (log->place == LOGS && kind == MAP) {
        log->place = ENTRY;
        log->in_entry = true;
        log->entry.offset = offset;
    } else if (log->key != NONE && fields[log->key].kind == kind) {
        log->place = fields[log->key].inside;
        log->key = NONE;
    } else {
        if (!unwanted_value(log, kind_words[kind], 1))
            return 0;
        log->skipped = 1;
    }
    return 1;
}

static int on_start_map(void *context)
{
    return begin(context, MAP);
}

static int on_start_array(void *context)
{
    return begin(context, ARRAY);
}

static void end_entry(struct control_log *log)
{
    static const enum field needed[] = {F_VERSION, F_DEVICE, F_SERIAL, F_PRODUCT, F_APID, F_DATA};

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if ((log->seen & 1U << needed[i]) == 0)
            note(log, fields[needed[i]].name, "is", "missing");
    log->events.entry(log->events.context, &log->entry);
    clear_entry(log);
}

static int end(struct control_log *log)
{
    position(log);
    log->depth--;
    log->key = NONE;
    if (log->skipped > 0) {
        log->skipped--;
        return 1;
    }
    if (log->place == ENTRY && log->told - log->entry.offset > CONTROL_LOG_ENTRY_MAX)
        return refuse(log, too_large, false);
    if (log->place == ENTRY)
        end_entry(log);
    else if (log->place == DOCUMENT && (log->seen & 1U << F_LOGS) == 0)
        return refuse(log, "a document has no controlLogs", true);
    log->place = above[log->place];
    return 1;
}

static int on_end(void *context)
{
    return end(context);
}

static void start_parser(struct control_log *log)
{
    static const yajl_callbacks callbacks = {
        .yajl_null = on_null,
        .yajl_boolean = on_boolean,
        .yajl_number = on_number,
        .yajl_string = on_string,
        .yajl_start_map = on_start_map,
        .yajl_map_key = on_key,
        .yajl_end_map = on_end,
        .yajl_start_array = on_start_array,
        .yajl_end_array = on_end,
    };

    if (log->parser != NULL)
        yajl_free(log->parser);
    log->parser = yajl_alloc(&callbacks, NULL, log);
    if (log->parser == NULL)
        abort();
    yajl_config(log->parser, yajl_allow_multiple_values, 1);
    log->place = OUTSIDE;
    log->key = NONE;
    log->skipped = log->depth = 0;
    log->refusal = NULL;
    log->seen = 0;
    clear_entry(log);
}

struct control_log *control_log_new(const struct control_log_events *events)
{
    struct control_log *log = memory_new(1, sizeof *log);

    log->events = *events;
    start_parser(log);
    return log;
}

void control_log_free(struct control_log *log)
{
    if (log == NULL)
        return;
    yajl_free(log->parser);
    for (enum field field = 0; field < FIELDS; field++)
        if (field_text(log, field) != NULL)
            text_fini(field_text(log, field));
    text_fini(&log->entry.mistake);
    text_fini(&log->mistake);
    text_fini(&log->window);
    free(log);
}

static void note_mistake(struct control_log *log, unsigned long long offset, const char *what)
{
    text_clear(&log->mistake);
    text_add(&log->mistake, what, strcspn(what, "\n"));
    log->mistake_offset = offset;
}

/* Parses bytes at this offset of the log. Returns false after a mistake, which it has recorded. */
static bool parse(struct control_log *log, const char *bytes, size_t length, unsigned long long offset)
{
    log->run_begin = offset;
    yajl_status status = yajl_parse(log->parser, (const unsigned char *)bytes, length);
    unsigned long long at = offset + yajl_get_bytes_consumed(log->parser);

    if (status == yajl_status_error) {
        unsigned char *words = yajl_get_error(log->parser, 0, NULL, 0);
        note_mistake(log, at, (const char *)words);
        yajl_free_error(log->parser, words);
    } else if (status == yajl_status_client_canceled)
        note_mistake(log, log->refusal == too_large ? log->entry.offset : at, log->refusal);
    else if (log->in_entry && offset + length - log->entry.offset > CONTROL_LOG_ENTRY_MAX)
        note_mistake(log, log->entry.offset, too_large);
    else if (!log->in_entry && offset + length - log->told > CONTROL_LOG_ENTRY_MAX)
        note_mistake(log, log->told, "1 MiB without an entry");
    else
        return true;
    return false;
}

/* Reports the mistake. lost: the number of bytes of the window that belong to it. */
static void tell_mistake(struct control_log *log, size_t lost)
{
    TEXT struct text serial = TEXT_EMPTY;

    if (log->entry.serial.length > 0)
        text_add(&serial, log->entry.serial.data, log->entry.serial.length);
    else
        entry_find_serial(text_get(&log->window), lost, &serial);
    log->events.broken(log->events.context, log->mistake_offset, text_get(&log->mistake), text_get(&serial));
}

static void drop(struct text *text, size_t length)
{
    if (length == 0)
        return;
    memmove(text->data, text->data + length, text->length - length + 1);
    text->length -= length;
}

/* Continues with yajl at this byte of the window. Returns false at another mistake. */
static bool take_up(struct control_log *log, size_t at)
{
    static const unsigned char prefix[] = "{\"controlLogs\":[";
    unsigned long long offset = log->length - log->window.length + at;

    start_parser(log);
    if (yajl_parse(log->parser, prefix, sizeof prefix - 1) != yajl_status_ok)
        abort();
    log->told = offset;
    return parse(log, log->window.data + at, log->window.length - at, offset);
}

/* Searches for the next entry after a mistake, and again after each mistake in the window. */
static void search(struct control_log *log)
{
    while (log->searching) {
        size_t at = entry_find(text_get(&log->window), log->window.length, log->searched);
        if (at == log->window.length) {
            log->searched =
                at > SEARCH_KEPT && at - SEARCH_KEPT > log->searched ? at - SEARCH_KEPT : log->searched;
            return;
        }
        tell_mistake(log, at);
        unsigned long long begin = log->length - log->window.length;
        bool fine = take_up(log, at);
        if (!fine && log->hopeless && log->refusal != NULL) {
            tell_mistake(log, 0);
            log->dead = true;
            return;
        }
        /* Do not look into the same entry again if the mistake is in the first entry after a search. */
        unsigned long long keep = log->in_entry ? log->entry.offset : fine ? log->length : log->told;
        size_t passed = (size_t)(keep - begin);
        drop(&log->window, passed);
        log->searched = log->in_entry ? 1 : 0;
        if (log->in_entry && passed == at && log->mistake_offset > keep)
            log->searched = (size_t)(log->mistake_offset - keep);
        log->searching = !fine;
    }
}

/* The bytes at this offset have a mistake: starts the search. */
static void begin_search(struct control_log *log, const char *bytes, size_t length, unsigned long long offset)
{
    if (log->refusal != NULL && log->hopeless) {
        tell_mistake(log, 0);
        log->dead = true;
        return;
    }
    unsigned long long keep = log->in_entry ? log->entry.offset : log->told;
    size_t passed = keep > offset ? (size_t)(keep - offset) : 0;
    if (!log->in_entry || keep >= offset)
        text_clear(&log->window); /* the window belongs to a complete entry */
    text_add(&log->window, bytes + passed, length - passed);
    log->searching = true;
    log->searched = log->in_entry ? 1 : 0;
}

/* Keeps all bytes of an incomplete entry: if it turns out broken, the next entry may begin inside. */
static void keep_window(struct control_log *log, const char *bytes, size_t length, unsigned long long offset)
{
    if (!log->in_entry || log->entry.offset >= offset)
        text_clear(&log->window);
    if (!log->in_entry)
        return;
    size_t passed = log->entry.offset > offset ? (size_t)(log->entry.offset - offset) : 0;
    text_add(&log->window, bytes + passed, length - passed);
}

static void search_further(struct control_log *log, const char *bytes, size_t length)
{
    text_add(&log->window, bytes, length);
    search(log);
    if (log->searching && log->window.length > CONTROL_LOG_ENTRY_MAX) {
        if (log->entry.serial.length == 0)
            entry_find_serial(log->window.data, log->window.length, &log->entry.serial);
        drop(&log->window, log->searched);
        log->searched = 0;
    }
}

/* Returns what the file is if it is not JSON text, else NULL. */
static const char *foreign(const char *bytes, size_t length)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *words;
    } known[] = {
        {"\x1F\x8B", 2, "the file is compressed (gzip)"},
        {"PK\x03\x04", 4, "the file is compressed (zip)"},
        {"BZh", 3, "the file is compressed (bzip2)"},
        {"\xFD"
         "7zXZ",
         5, "the file is compressed (xz)"},
        {"\x28\xB5\x2F\xFD", 4, "the file is compressed (zstd)"},
        {"\xFF\xFE", 2, "the file is UTF-16 instead of UTF-8"},
        {"\xFE\xFF", 2, "the file is UTF-16 instead of UTF-8"},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (length >= known[i].length && memcmp(bytes, known[i].magic, known[i].length) == 0)
            return known[i].words;
    return NULL;
}

static void feed(struct control_log *log, const char *bytes, size_t length)
{
    unsigned long long offset = log->length;

    log->length += length;
    if (log->dead)
        return;
    if (log->searching)
        search_further(log, bytes, length);
    else if (parse(log, bytes, length, offset))
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
    const char *other = foreign(text_get(&first), first.length);
    size_t skip = utf8_mark_length(text_get(&first), first.length);

    log->window = (struct text)TEXT_EMPTY;
    log->started = true;
    if (other != NULL) {
        log->dead = true;
        log->events.broken(log->events.context, 0, other, "");
    } else {
        log->length = log->told = skip;
        feed(log, text_get(&first) + skip, first.length - skip);
    }
}

void control_log_feed(struct control_log *log, const char *bytes, size_t length)
{
    enum { MAGIC = 8 };

    if (!log->started) {
        size_t wanted = MAGIC - log->window.length, part = length < wanted ? length : wanted;
        text_add(&log->window, bytes, part);
        bytes += part;
        length -= part;
        if (log->window.length < MAGIC)
            return;
        start(log);
    }
    if (length > 0)
        feed(log, bytes, length);
}

static const char *what_is_missing(const struct control_log *log)
{
    if (!log->any)
        return "the file is empty";
    return log->in_entry ? "the file is cut off in an entry" : "the file is cut off";
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
    bool complete = yajl_complete_parse(log->parser) == yajl_status_ok && log->depth == 0;
    if (complete && log->any)
        return;
    note_mistake(log, log->length, what_is_missing(log));
    tell_mistake(log, log->window.length);
}
