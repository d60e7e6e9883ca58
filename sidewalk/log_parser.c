/* SPDX-License-Identifier: Apache-2.0 */
/* The only user of yajl. */
#include "sidewalk/log_parser.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "sidewalk/device_file.h"

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
    F_LABEL,
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
    [F_LABEL] = {"label", DATA, STRING, OUTSIDE},
    [F_ED25519] = {"SidewalkED25519CertificateChain", DATA, STRING, OUTSIDE},
    [F_P256] = {"SidewalkP256R1CertificateChain", DATA, STRING, OUTSIDE},
};

static const char *const kind_words[] = {[STRING] = "a text", [MAP] = "an object", [ARRAY] = "an array"};
static const char too_large[] = "an entry is larger than 1 MiB";
static const enum place above[] = {OUTSIDE, OUTSIDE, DOCUMENT, LOGS, ENTRY, DEVICE, DEVICE};

static int refuse(struct log_parser *parser, const char *why, bool hopeless)
{
    parser->refusal = why;
    parser->hopeless = hopeless;
    return 0;
}

/* Returns yajl's position: after the current token. */
static unsigned long long position(struct log_parser *parser)
{
    parser->any = true;
    parser->told = parser->run_begin + yajl_get_bytes_consumed(parser->yajl);
    return parser->told;
}

static struct text *field_text(struct log_parser *parser, enum field field)
{
    switch (field) {
    case F_VERSION:
        return &parser->entry.version;
    case F_SERIAL:
        return &parser->entry.serial;
    case F_APID:
        return &parser->entry.apid;
    case F_LABEL:
        return &parser->entry.label;
    case F_ED25519:
        return &parser->entry.chains[CHAIN_ED25519];
    case F_P256:
        return &parser->entry.chains[CHAIN_P256];
    default:
        return NULL;
    }
}

static void clear_entry(struct log_parser *parser)
{
    for (enum field field = 0; field < FIELDS; field++)
        if (field_text(parser, field) != NULL)
            text_clear(field_text(parser, field));
    text_clear(&parser->entry.mistake);
    parser->seen &= 1U << F_LOGS;
    parser->in_entry = false;
}

/* Records a mistake. Only the first one of an entry is reported. */
static void note(struct log_parser *parser, const char *name, const char *is, const char *what)
{
    if (parser->entry.mistake.length == 0)
        text_printf(&parser->entry.mistake, "%s %s %s", name, is, what);
}

/* Handles a value that the path does not expect; size: the bytes that yajl has passed, as far as known
 * (escapes). Returns false to stop. */
static int unwanted_value(struct log_parser *parser, const char *what, size_t size)
{
    enum field key = parser->key;

    parser->key = NONE;
    if (parser->place == OUTSIDE)
        return refuse(parser, "a document is not an object with controlLogs in it", true);
    if (parser->place == LOGS) {
        parser->entry.offset = parser->told - size;
        text_clear(&parser->entry.mistake);
        note(parser, "it is", what, "instead of an object");
        parser->on_entry(parser->context, &parser->entry);
        clear_entry(parser);
    } else if (key == F_LOGS)
        return refuse(parser, "controlLogs is not an array", true);
    else if (key == F_LABEL) /* not of the format 4-0-1 itself: only read if it is a text */
        return 1;
    else if (key != NONE) {
        note(parser, fields[key].name, "is", what);
        text_printf(&parser->entry.mistake, " instead of %s", kind_words[fields[key].kind]);
    }
    return 1;
}

static int scalar(struct log_parser *parser, const char *what, size_t size)
{
    position(parser);
    return parser->skipped > 0 ? 1 : unwanted_value(parser, what, size);
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
    struct log_parser *parser = context;

    position(parser);
    if (parser->skipped > 0)
        return 1;
    struct text *out = parser->key != NONE ? field_text(parser, parser->key) : NULL;
    if (out == NULL)
        return unwanted_value(parser, "a text", length + 2);
    size_t most = parser->key >= F_ED25519 ? CHAIN_MAX : FIELD_MAX;
    text_add(out, (const char *)bytes, length < most ? length : most);
    parser->key = NONE;
    return 1;
}

/* Whether the document is a device's own file by this key. */
static bool is_of_device_file(const struct log_parser *parser, const char *name, size_t length)
{
    return parser->place == DOCUMENT && parser->skipped == 0 ? device_file_is_member(name, length)
                                                             : device_file_is_private(name, length);
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
    struct log_parser *parser = context;

    position(parser);
    parser->key = NONE;
    if (is_of_device_file(parser, (const char *)name, length)) {
        parser->device_file = true;
        return refuse(parser, "", true);
    }
    if (parser->skipped > 0)
        return 1;
    for (enum field field = 0; field < FIELDS && parser->key == NONE; field++)
        if (is_field(field, parser->place, name, length))
            parser->key = field;
    if (parser->key == NONE)
        return 1;
    if ((parser->seen & 1U << parser->key) != 0) {
        if (parser->key == F_LOGS)
            return refuse(parser, "a document has controlLogs twice", true);
        note(parser, fields[parser->key].name, "occurs", "twice");
        parser->key = NONE; /* the first one is kept */
    } else
        parser->seen |= 1U << parser->key;
    return 1;
}

static int begin(struct log_parser *parser, enum kind kind)
{
    unsigned long long offset = position(parser) - 1;

    if (++parser->depth > CONTROL_LOG_DEPTH_MAX)
        return refuse(parser, "it is nested more than 64 deep", false);
    if (parser->skipped > 0) {
        parser->skipped++;
        return 1;
    }
    if (parser->place == OUTSIDE && kind == MAP) {
        parser->place = DOCUMENT;
        parser->seen = 0;
    } else if (parser->place == LOGS && kind == MAP) {
        parser->place = ENTRY;
        parser->in_entry = true;
        parser->entry.offset = offset;
    } else if (parser->key != NONE && fields[parser->key].kind == kind) {
        parser->place = fields[parser->key].inside;
        parser->key = NONE;
    } else {
        if (!unwanted_value(parser, kind_words[kind], 1))
            return 0;
        parser->skipped = 1;
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

static void end_entry(struct log_parser *parser)
{
    static const enum field needed[] = {F_VERSION, F_DEVICE, F_SERIAL, F_PRODUCT, F_APID, F_DATA};

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if ((parser->seen & 1U << needed[i]) == 0)
            note(parser, fields[needed[i]].name, "is", "missing");
    parser->on_entry(parser->context, &parser->entry);
    clear_entry(parser);
}

static int end(struct log_parser *parser)
{
    position(parser);
    parser->depth--;
    parser->key = NONE;
    if (parser->skipped > 0) {
        parser->skipped--;
        return 1;
    }
    if (parser->place == ENTRY && parser->told - parser->entry.offset > CONTROL_LOG_ENTRY_MAX)
        return refuse(parser, too_large, false);
    if (parser->place == ENTRY)
        end_entry(parser);
    else if (parser->place == DOCUMENT && (parser->seen & 1U << F_LOGS) == 0)
        return refuse(parser, "a document has no controlLogs", true);
    parser->place = above[parser->place];
    return 1;
}

static int on_end(void *context)
{
    return end(context);
}

static void start(struct log_parser *parser)
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

    if (parser->yajl != NULL)
        yajl_free(parser->yajl);
    parser->yajl = yajl_alloc(&callbacks, NULL, parser);
    if (parser->yajl == NULL)
        abort();
    yajl_config(parser->yajl, yajl_allow_multiple_values, 1);
    parser->place = OUTSIDE;
    parser->key = NONE;
    parser->skipped = parser->depth = 0;
    parser->refusal = NULL;
    parser->seen = 0;
    clear_entry(parser);
}

void log_parser_note_mistake(struct log_parser *parser, unsigned long long offset, const char *what)
{
    text_clear(&parser->mistake);
    text_add(&parser->mistake, what, strcspn(what, "\n"));
    parser->mistake_offset = offset;
}

bool log_parser_feed(struct log_parser *parser, const char *bytes, size_t length, unsigned long long offset)
{
    parser->run_begin = offset;
    yajl_status status = yajl_parse(parser->yajl, (const unsigned char *)bytes, length);
    unsigned long long at = offset + yajl_get_bytes_consumed(parser->yajl);

    if (status == yajl_status_error) {
        unsigned char *words = yajl_get_error(parser->yajl, 0, NULL, 0);
        log_parser_note_mistake(parser, at,
                                parser->any ? (const char *)words : "it is not JSON, as control logs are");
        yajl_free_error(parser->yajl, words);
    } else if (status == yajl_status_client_canceled)
        log_parser_note_mistake(parser, parser->refusal == too_large ? parser->entry.offset : at,
                                parser->refusal);
    else if (parser->in_entry && offset + length - parser->entry.offset > CONTROL_LOG_ENTRY_MAX)
        log_parser_note_mistake(parser, parser->entry.offset, too_large);
    else if (!parser->in_entry && offset + length - parser->told > CONTROL_LOG_ENTRY_MAX)
        log_parser_note_mistake(parser, parser->told, "1 MiB without an entry");
    else
        return true;
    return false;
}

bool log_parser_feed_entry(struct log_parser *parser, const char *bytes, size_t length,
                           unsigned long long offset)
{
    static const unsigned char prefix[] = "{\"controlLogs\":[";

    start(parser);
    if (yajl_parse(parser->yajl, prefix, sizeof prefix - 1) != yajl_status_ok)
        abort();
    parser->told = offset;
    return log_parser_feed(parser, bytes, length, offset);
}

bool log_parser_is_complete(struct log_parser *parser)
{
    return yajl_complete_parse(parser->yajl) == yajl_status_ok && parser->depth == 0 && parser->any;
}

void log_parser_init(struct log_parser *parser,
                     void (*on_entry)(void *context, const struct control_log_entry *entry), void *context)
{
    *parser = (struct log_parser){.context = context, .on_entry = on_entry};
    start(parser);
}

void log_parser_fini(struct log_parser *parser)
{
    yajl_free(parser->yajl);
    for (enum field field = 0; field < FIELDS; field++)
        if (field_text(parser, field) != NULL)
            text_fini(field_text(parser, field));
    text_fini(&parser->entry.mistake);
    text_fini(&parser->mistake);
}
