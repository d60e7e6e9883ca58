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

#include "base/csv_cells.h"
#include "base/excerpt.h"
#include "base/hex.h"
#include "base/lines.h"
#include "base/memory.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "base/utf8.h"
#include "sidewalk/device_file.h"
#include "sidewalk/foreign_list.h"

#define HEX_LENGTH ((size_t)SMSN_BYTES * 2)

struct serial_list {
    struct serial_list_events events;
    struct csv_parser parser;
    struct line_splitter lines;
    bool started; /* after the byte order mark */
    bool titled;  /* the first row has been read */
    bool any_row;
    bool dead;      /* the rest of the file is ignored */
    char separator; /* of columns */
    bool separator_given;
    size_t columns;                 /* of the first row */
    bool spaced;                    /* the row has spaces around its number */
    bool formula;                   /* the row has cells written as ="..." */
    struct text line;               /* the row as it is in the file, with its end */
    unsigned long long line_number; /* of the current row */
    bool in_row;                    /* libcsv has not reported its end yet */
    struct text first, second;      /* fields of the row */
    size_t field_count;
    struct foreign_list foreign;
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
    csv_set_delim(&list->parser, (unsigned char)list->separator);
}

static void forget_row(struct serial_list *list)
{
    text_clear(&list->first);
    text_clear(&list->second);
    list->field_count = 0;
    list->spaced = list->in_row = false;
}

/* A bad first row counts as a bad header. */
static void refuse(struct serial_list *list, const struct smsn *smsn, const char *why)
{
    bool clear = smsn != NULL && !list->spaced && list->field_count == list->columns;

    list->any_row = list->any_row || list->titled;
    if (list->titled)
        list->events.bad(list->events.context, list->line_number, smsn, clear, why);
    else {
        list->columns = list->field_count;
        TEXT struct text whole = TEXT_EMPTY;
        text_printf(&whole, "the first row must be smsn, but %s", why);
        list->events.bad_header(list->events.context, list->line_number, text_get(&whole));
    }
    list->titled = true;
}

/* Explains why the field is not a serial number. */
static void explain(const char *text, size_t length, struct text *why)
{
    size_t at = 0;

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
        excerpt_add(text, length, why);
    }
}

/* Says that there are columns beside the serial number. */
static void explain_columns(const struct serial_list *list, struct text *why)
{
    bool comma = list->separator == ',';

    text_puts(why, why->length > 0 ? "; and there is " : "there is ");
    if (list->field_count > 2 && comma)
        text_printf(why, "more than one column: %zu", list->field_count);
    else if (list->field_count > 2)
        text_printf(why, "more than one column, separated by %s: %zu",
                    csv_cells_separator_name(list->separator), list->field_count);
    else if (list->second.length == 0)
        text_puts(why, comma ? "a comma after it" : "an empty column after it");
    else {
        text_printf(why, "a second column%s%s: ", comma ? "" : ", separated by ",
                    comma ? "" : csv_cells_separator_name(list->separator));
        excerpt_add(list->second.data, list->second.length, why);
    }
}

/* Rejects a row that is not one serial number in one field. */
static void refuse_row(struct serial_list *list)
{
    TEXT struct text why = TEXT_EMPTY;
    const char *text = text_get(&list->first);
    size_t length = plain_text_trim(&text, list->first.length);
    struct hidden_character hidden;
    struct smsn smsn;

    list->spaced = length != list->first.length;
    enum smsn_form form = smsn_parse(text, length, &smsn);
    if (plain_text_find_hidden(text_get(&list->line), list->line.length, &hidden))
        plain_text_explain_hidden(&hidden, &why);
    else if (list->field_count == 1 && length == 0 && list->first.length > 0)
        text_puts(&why, "it has only spaces");
    else if (form == SMSN_NEITHER)
        explain(text, length, &why);
    else if (list->spaced)
        text_puts(&why, "it has spaces around it, and AWS uses the field unchanged");
    else if (list->formula)
        text_puts(&why, "it is written as =\"...\", and AWS uses the field unchanged");
    if (list->field_count > 1)
        explain_columns(list, &why);
    refuse(list, form == SMSN_NEITHER ? NULL : &smsn, text_get(&why));
}

static void give(struct serial_list *list, enum smsn_form form, const struct smsn *smsn, const char *text)
{
    if (!list->titled)
        list->events.bad_header(
            list->events.context, list->line_number,
            "there is no header: AWS would take this device for the header; add a first row smsn");
    list->columns = list->titled ? list->columns : 1;
    list->titled = list->any_row = true;
    list->events.row(list->events.context, list->line_number, form, smsn, text);
}

/* Returns true if the row is the header, good or bad. */
static bool take_header(struct serial_list *list)
{
    static const char title[] = "smsn";
    const char *text = text_get(&list->first);
    size_t length = plain_text_trim(&text, list->first.length);
    TEXT struct text why = TEXT_EMPTY;
    struct hidden_character hidden;

    if (list->titled)
        return false;
    if (length != sizeof title - 1 || strncasecmp(text, title, length) != 0)
        return false;
    if (plain_text_find_hidden(text_get(&list->line), list->line.length, &hidden)) {
        plain_text_explain_hidden(&hidden, &why);
        refuse(list, NULL, why.data);
    } else if (list->field_count > 1 && list->separator != ',') {
        text_printf(&why, "there is more than one column, separated by %s",
                    csv_cells_separator_name(list->separator));
        refuse(list, NULL, why.data);
    } else if (list->field_count > 1)
        refuse(list, NULL, "it has another column or a comma after it");
    else if (list->formula)
        refuse(list, NULL, "it is written as =\"...\", and AWS uses the field unchanged");
    else if (length != list->first.length)
        refuse(list, NULL, "it has spaces around it, and AWS uses the field unchanged");
    else if (memcmp(text, title, length) != 0)
        refuse(list, NULL, "it is not in lower case");
    list->columns = list->field_count;
    list->titled = true;
    return true;
}

static void take_field(void *bytes, size_t length, void *context)
{
    struct serial_list *list = context;
    const char *text = bytes;
    size_t size = csv_cells_text(&text, length);

    list->formula = list->formula || size != length;
    list->field_count++;
    if (list->field_count == 1)
        text_add(&list->first, text, size);
    else if (list->field_count == 2)
        text_add(&list->second, text, size);
}

static void take_row(int end, void *context)
{
    struct serial_list *list = context;
    struct smsn smsn;
    (void)end;

    if (!take_header(list)) {
        enum smsn_form form = smsn_parse(text_get(&list->first), list->first.length, &smsn);
        if (form != SMSN_NEITHER && list->field_count == 1 && !list->formula)
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

static bool begins(const char *line, size_t length, const char *with)
{
    return length >= strlen(with) && strncasecmp(line, with, strlen(with)) == 0;
}

/* Handles the first lines that are not the header, or a kind of file that is no list. Returns true if the
 * line is done. */
static bool pass_first(struct serial_list *list, const char *line, size_t length)
{
    TEXT struct text why = TEXT_EMPTY;
    char separator;

    if (plain_text_is_utf16(line, length)) {
        refuse(list, NULL, PLAIN_TEXT_UTF16);
        list->dead = true;
    } else if (begins(line, length, "smsn:") || device_file_is_in(line, length)) {
        foreign_list_begin(&list->foreign);
        foreign_list_scan(&list->foreign, line, length);
    } else if (csv_cells_is_sep(line, length - 1, &separator)) {
        list->separator = separator;
        csv_set_delim(&list->parser, (unsigned char)separator);
        text_puts(&why, "there is a row ");
        excerpt_add(line, length - 1, &why);
        text_puts(&why, " before the header, which AWS would take for the header");
        list->events.bad_header(list->events.context, list->line_number, why.data);
        list->separator_given = true;
    } else {
        if (!list->separator_given)
            list->separator = csv_cells_separator(line, length);
        csv_set_delim(&list->parser, (unsigned char)list->separator);
        return false;
    }
    return true;
}

static bool is_plain(const char *line, size_t length, struct smsn *out)
{
    return length == HEX_LENGTH + 1 && line[HEX_LENGTH] == '\n' &&
           smsn_parse(line, HEX_LENGTH, out) == SMSN_HEX;
}

/* Parses a line with its end. A serial number never continues on the next line, not even in quotes. */
static void parse_line(struct serial_list *list, char *line, size_t length)
{
    struct smsn smsn;

    if (!list->started) {
        size_t mark = pass_mark(list, line, length);
        line += mark;
        length -= mark;
    }
    list->line_number++;
    if (is_plain(line, length, &smsn)) {
        give(list, SMSN_HEX, &smsn, line);
        return;
    }
    if (!list->titled && pass_first(list, line, length))
        return;
    text_clear(&list->line);
    text_add(&list->line, line, length); /* it may have a NUL in it */
    length = csv_cells_plain(line, length, list->separator);
    list->formula = length != list->line.length;
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
    struct serial_list *list = context;

    if (list->foreign.is)
        foreign_list_scan(&list->foreign, line, length);
    else if (!list->dead)
        parse_line(list, line, length);
}

static void skip_line(void *context)
{
    struct serial_list *list = context;

    list->started = true;
    list->line_number++;
    if (!list->dead && !list->foreign.is)
        restart(list, "the row is too long");
}

struct serial_list *serial_list_new(const struct serial_list_events *events)
{
    struct serial_list *list = memory_new(1, sizeof *list);
    const struct line_splitter_events lines = {list, take_line, skip_line};

    list->events = *events;
    list->separator = CSV_COMMA;
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
    text_fini(&list->line);
    foreign_list_fini(&list->foreign);
    free(list);
}

/* Bytes behind the file's first ones, which have told what it is. */
static void feed(struct serial_list *list, const char *bytes, size_t length)
{
    size_t before = foreign_list_look(&list->foreign, bytes, length);

    line_splitter_feed(&list->lines, bytes, before);
    if (before == length)
        return;
    foreign_list_begin(&list->foreign);
    foreign_list_scan(&list->foreign, bytes + before, length - before);
}

static void end_head(struct serial_list *list)
{
    TEXT struct text head = TEXT_EMPTY;

    foreign_list_end_head(&list->foreign, &head);
    feed(list, text_get(&head), head.length);
}

void serial_list_feed(struct serial_list *list, const char *bytes, size_t length)
{
    size_t part = foreign_list_head(&list->foreign, bytes, length);

    if (part > 0 && foreign_list_has_head(&list->foreign))
        end_head(list);
    if (foreign_list_is_text(&list->foreign))
        feed(list, bytes + part, length - part);
}

static unsigned long long last_line(const struct serial_list *list)
{
    return list->line_number > 0 ? list->line_number : 1;
}

static void end_foreign(struct serial_list *list)
{
    TEXT struct text why = TEXT_EMPTY;

    if (foreign_list_explain(&list->foreign, &why))
        list->events.bad_header(list->events.context, last_line(list), text_get(&why));
    else
        list->events.device_file(list->events.context, last_line(list));
}

void serial_list_end(struct serial_list *list)
{
    if (!list->foreign.headed)
        end_head(list);
    line_splitter_end(&list->lines);
    if (list->foreign.is || list->foreign.kind != NULL)
        end_foreign(list);
    else if (list->dead)
        return;
    else if (!list->titled)
        list->events.bad_header(list->events.context, list->separator_given ? last_line(list) : 1,
                                "the list is empty");
    else if (!list->any_row)
        list->events.bad_header(list->events.context, list->line_number,
                                "the list has no rows below the header");
}
