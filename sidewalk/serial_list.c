/* SPDX-License-Identifier: Apache-2.0 */
/* The only user of libcsv here. libcsv counts no lines and stops at the first bad quote, so it gets one line
 * at a time and is restarted after a bad row. A plain line of 64 hex digits does not need libcsv and bypasses
 * it. */
#include "sidewalk/serial_list.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "base/lines.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

#define HEX_LENGTH ((size_t)SMSN_BYTES * 2)
#define SHOWN_MAX 40 /* bytes of the file in a message */

struct serial_list {
    struct serial_list_events events;
    struct csv_parser parser;
    struct line_splitter lines;
    bool started; /* after the byte order mark */
    bool titled;  /* the first row has been read */
    bool any_row;
    unsigned long long line_number; /* of the current row */
    bool in_row;                    /* libcsv has not reported its end yet */
    struct text first, second;      /* fields of the row */
    size_t field_count;
};

/* Keeps libcsv from removing spaces: AWS uses the field unchanged. */
static int is_no_space(unsigned char character)
{
    (void)character;
    return 0;
}

static void start_parser(struct serial_list *list)
{
    if (csv_init(&list->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_space_func(&list->parser, is_no_space);
}

static void forget_row(struct serial_list *list)
{
    text_clear(&list->first);
    text_clear(&list->second);
    list->field_count = 0;
    list->in_row = false;
}

/* A bad first row counts as a bad header. */
static void refuse(struct serial_list *list, const struct smsn *smsn, const char *why)
{
    list->any_row = list->any_row || list->titled;
    if (list->titled)
        list->events.bad(list->events.context, list->line_number, smsn, why);
    else {
        TEXT struct text whole = TEXT_EMPTY;
        text_printf(&whole, "the first row must be smsn, but %s", why);
        list->events.bad_header(list->events.context, list->line_number, text_get(&whole));
    }
    list->titled = true;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

static void add_shown(struct text *why, const struct text *field)
{
    text_puts(why, "\"");
    text_add(why, text_get(field), field->length < SHOWN_MAX ? field->length : SHOWN_MAX);
    text_puts(why, field->length > SHOWN_MAX ? "...\"" : "\"");
}

/* Explains why the field is not a serial number. */
static void explain(const char *text, size_t length, struct text *why)
{
    size_t at = 0;
    struct text shown = {(char *)(uintptr_t)text, length, 0}; /* only read */

    while (at < length && hex_value(text[at]) >= 0)
        at++;
    if (length == 0)
        text_puts(why, "the serial number is missing");
    else if (at == length)
        text_printf(why, "it has %zu digits instead of 64", length);
    else if (memchr(text, '\0', length) != NULL)
        text_puts(why, "it contains a NUL");
    else if (!utf8_is_valid(text, length))
        text_puts(why, "it is not UTF-8");
    else {
        text_puts(why, "it is not 64 hex digits: ");
        add_shown(why, &shown);
    }
}

/* Rejects a row that is not one serial number in one field. */
static void refuse_row(struct serial_list *list)
{
    TEXT struct text why = TEXT_EMPTY;
    const char *text = text_get(&list->first);
    size_t length = list->first.length;
    struct smsn smsn;

    while (length > 0 && is_blank(text[0]))
        text++, length--;
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    enum smsn_form form = smsn_parse(text, length, &smsn);
    if (list->field_count == 1 && length == 0 && list->first.length > 0)
        text_puts(&why, "it has only spaces");
    else if (form == SMSN_NEITHER)
        explain(text, length, &why);
    else if (length != list->first.length)
        text_puts(&why, "it has spaces around it, and AWS uses the field unchanged");
    if (list->field_count > 1) {
        text_puts(&why, why.length > 0 ? "; and there is " : "there is ");
        if (list->field_count > 2)
            text_printf(&why, "more than one column: %zu", list->field_count);
        else if (list->second.length == 0)
            text_puts(&why, "a comma after it");
        else {
            text_puts(&why, "a second column: ");
            add_shown(&why, &list->second);
        }
    }
    refuse(list, form == SMSN_NEITHER ? NULL : &smsn, text_get(&why));
}

static void give(struct serial_list *list, enum smsn_form form, const struct smsn *smsn, const char *text)
{
    if (!list->titled)
        list->events.bad_header(
            list->events.context, list->line_number,
            "there is no header: AWS would take this device for the header; add a first row smsn");
    list->titled = list->any_row = true;
    list->events.row(list->events.context, list->line_number, form, smsn, text);
}

/* Returns true if the row is the header, good or bad. */
static bool take_header(struct serial_list *list)
{
    static const char title[] = "smsn";
    const char *text = text_get(&list->first);
    size_t length = list->first.length;

    if (list->titled)
        return false;
    while (length > 0 && is_blank(text[0]))
        text++, length--;
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    if (length != sizeof title - 1 || strncasecmp(text, title, length) != 0)
        return false;
    if (list->field_count > 1)
        refuse(list, NULL, "it has another column or a comma after it");
    else if (length != list->first.length)
        refuse(list, NULL, "it has spaces around it, and AWS uses the field unchanged");
    else if (memcmp(text, title, length) != 0)
        refuse(list, NULL, "it is not in lower case");
    list->titled = true;
    return true;
}

static void take_field(void *bytes, size_t length, void *context)
{
    struct serial_list *list = context;

    list->field_count++;
    if (list->field_count == 1)
        text_add(&list->first, bytes, length);
    else if (list->field_count == 2)
        text_add(&list->second, bytes, length);
}

static void take_row(int end, void *context)
{
    struct serial_list *list = context;
    struct smsn smsn;
    (void)end;

    if (!take_header(list)) {
        enum smsn_form form = smsn_parse(text_get(&list->first), list->first.length, &smsn);
        if (form != SMSN_NEITHER && list->field_count == 1)
            give(list, form, &smsn, text_get(&list->first));
        else
            refuse_row(list);
    }
    forget_row(list);
}

static void restart(struct serial_list *list, const char *why)
{
    refuse(list, NULL, why);
    forget_row(list);
    csv_free(&list->parser);
    start_parser(list);
}

static size_t pass_mark(struct serial_list *list, const char *line, size_t length)
{
    size_t mark = utf8_mark_length(line, length);

    list->started = true;
    if (mark > 0)
        list->events.bad_header(
            list->events.context, 1,
            "the file begins with a byte order mark, which AWS would take for part of the header");
    return mark;
}

/* Parses a line with its end. A serial number never continues on the next line, not even in quotes. */
static void parse_line(struct serial_list *list, const char *line, size_t length)
{
    struct smsn smsn;

    if (!list->started) {
        size_t mark = pass_mark(list, line, length);
        line += mark;
        length -= mark;
    }
    list->line_number++;
    if (length == HEX_LENGTH + 1 && line[HEX_LENGTH] == '\n' &&
        smsn_parse(line, HEX_LENGTH, &smsn) == SMSN_HEX) {
        give(list, SMSN_HEX, &smsn, line);
        return;
    }
    list->in_row = length > 0 && line[0] != '\n';
    if (csv_parse(&list->parser, line, length, take_field, take_row, list) != length) {
        if (csv_error(&list->parser) != CSV_EPARSE)
            abort();
        restart(list, "its quotes are not right");
    } else if (list->in_row)
        restart(list, "a quote is not closed");
}

static void take_line(void *context, char *line, size_t length)
{
    parse_line(context, line, length);
}

static void skip_line(void *context)
{
    struct serial_list *list = context;

    list->started = true;
    list->line_number++;
    restart(list, "the row is too long");
}

struct serial_list *serial_list_new(const struct serial_list_events *events)
{
    struct serial_list *list = memory_new(1, sizeof *list);
    const struct line_splitter_events lines = {list, take_line, skip_line};

    list->events = *events;
    list->lines = line_splitter_new(&lines, SERIAL_LIST_ROW_MAX);
    start_parser(list);
    return list;
}

void serial_list_free(struct serial_list *list)
{
    if (list == NULL)
        return;
    csv_free(&list->parser);
    line_splitter_fini(&list->lines);
    text_fini(&list->first);
    text_fini(&list->second);
    free(list);
}

void serial_list_feed(struct serial_list *list, const char *bytes, size_t length)
{
    line_splitter_feed(&list->lines, bytes, length);
}

void serial_list_end(struct serial_list *list)
{
    line_splitter_end(&list->lines);
    if (!list->titled)
        list->events.bad_header(list->events.context, 1, "the list is empty");
    else if (!list->any_row)
        list->events.bad_header(list->events.context, list->line_number,
                                "the list has no rows below the header");
}
