/* SPDX-License-Identifier: Apache-2.0 */
/* libcsv does not count lines and stops at the first bad quote, so it gets one line at a time and is
 * restarted after a bad row. (sidewalk/serial_list.c has a stricter reader, for the format of AWS only.) */
#include "base/csv_rows.h"

#include <csv.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv_cells.h"
#include "base/lines.h"
#include "base/memory.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "base/utf8.h"

struct csv_rows {
    struct csv_rows_events events;
    size_t row_max;
    struct csv_parser parser;
    struct line_splitter lines;
    bool started;            /* byte order mark skipped, encoding checked */
    bool delimited;          /* delimiter known */
    bool dead;               /* the rest is ignored */
    unsigned long long next; /* number of the next line */
    unsigned long long row_line;
    struct text line;   /* of the file, at which the current row begins */
    size_t row_bytes;   /* fed to libcsv for the current row, 0 between rows */
    struct text fields; /* terminated strings, one after the other */
    size_t offsets[CSV_ROWS_FIELDS_MAX];
    size_t field_count;
    bool nul;
};

static void start_parser(struct csv_rows *rows, char delimiter)
{
    if (csv_init(&rows->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_delim(&rows->parser, (unsigned char)delimiter);
}

static void forget_row(struct csv_rows *rows)
{
    text_clear(&rows->fields);
    rows->field_count = 0;
    rows->nul = false;
    rows->row_bytes = 0;
}

static void take_field(void *bytes, size_t length, void *context)
{
    struct csv_rows *rows = context;
    const char *text = bytes;

    if (rows->field_count == CSV_ROWS_FIELDS_MAX)
        return;
    length = csv_cells_text(&text, length);
    rows->offsets[rows->field_count++] = rows->fields.length;
    rows->nul = rows->nul || (length > 0 && memchr(text, '\0', length) != NULL);
    text_add(&rows->fields, text, length);
    text_add(&rows->fields, "", 1);
}

static bool is_blank(const struct csv_rows *rows)
{
    for (size_t i = 0; i < rows->fields.length; i++)
        if (rows->fields.data[i] != '\0' && rows->fields.data[i] != ' ' && rows->fields.data[i] != '\t')
            return false;
    return true;
}

static void take_row(int end, void *context)
{
    struct csv_rows *rows = context;
    const char *fields[CSV_ROWS_FIELDS_MAX];
    (void)end;

    for (size_t i = 0; i < rows->field_count; i++)
        fields[i] = rows->fields.data + rows->offsets[i];
    if (rows->nul)
        rows->events.bad(rows->events.context, rows->row_line, "it has a NUL in it");
    else if (!is_blank(rows))
        rows->events.row(rows->events.context, fields, rows->field_count, rows->row_line);
    forget_row(rows);
}

static void restart(struct csv_rows *rows, const char *why)
{
    char delimiter = (char)csv_get_delim(&rows->parser);

    rows->events.bad(rows->events.context, rows->row_line, why);
    forget_row(rows);
    csv_free(&rows->parser);
    start_parser(rows, delimiter);
}

/* Returns the length of the byte order mark. */
static size_t start(struct csv_rows *rows, const char *line, size_t length)
{
    rows->started = true;
    if (plain_text_is_utf16(line, length)) {
        rows->dead = true;
        rows->events.bad(rows->events.context, rows->next, PLAIN_TEXT_UTF16);
    }
    return utf8_mark_length(line, length);
}

/* The first row decides; returns true if it is sep=;, which is no row of the list. */
static bool find_delimiter(struct csv_rows *rows, const char *line, size_t length)
{
    char delimiter = csv_cells_separator(line, length);
    bool named = csv_cells_is_sep(line, length - 1, &delimiter);

    csv_set_delim(&rows->parser, (unsigned char)delimiter);
    rows->delimited = true;
    return named;
}

static bool is_space(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\n')
            return false;
    return true;
}

static bool parse(struct csv_rows *rows, const char *line, size_t length)
{
    rows->row_bytes += length;
    if (csv_parse(&rows->parser, line, length, take_field, take_row, rows) == length)
        return true;
    if (csv_error(&rows->parser) != CSV_EPARSE)
        abort();
    return false;
}

/* Parses a line including its line end. If a quote of an earlier line is still open and this line is invalid
 * after it, this line may be the start of a new row: try it as one. */
static void parse_line(struct csv_rows *rows, char *line, size_t length)
{
    bool goes_on = rows->row_bytes > 0;

    if (!goes_on) {
        rows->row_line = rows->next;
        text_clear(&rows->line);
        text_add(&rows->line, line, length);
        length = csv_cells_plain(line, length, (char)csv_get_delim(&rows->parser));
    }
    rows->next++;
    bool fine = parse(rows, line, length);
    if (!fine && goes_on) {
        restart(rows, "its quotes are not right");
        rows->row_line = rows->next - 1;
        fine = parse(rows, line, length);
    }
    if (!fine)
        restart(rows, "its quotes are not right");
    else if (rows->row_bytes > rows->row_max)
        restart(rows, "it is too long, or a quote is not closed");
    else if (rows->row_bytes == length && is_space(line, length))
        forget_row(rows); /* libcsv does not report an empty line */
}

static void take_line(void *context, char *line, size_t length)
{
    struct csv_rows *rows = context;
    size_t mark = rows->started ? 0 : start(rows, line, length);

    if (rows->dead)
        return;
    if (!rows->delimited && find_delimiter(rows, line + mark, length - mark))
        rows->next++;
    else
        parse_line(rows, line + mark, length - mark);
}

static void skip_line(void *context)
{
    struct csv_rows *rows = context;

    if (rows->dead)
        return;
    if (rows->row_bytes == 0)
        rows->row_line = rows->next;
    rows->started = rows->delimited = true;
    rows->next++;
    restart(rows, "it is too long, or a quote is not closed");
}

struct csv_rows *csv_rows_new(const struct csv_rows_events *events, size_t row_max)
{
    struct csv_rows *rows = memory_new(1, sizeof *rows);
    const struct line_splitter_events lines = {rows, take_line, skip_line};

    rows->events = *events;
    rows->row_max = row_max;
    rows->next = 1;
    rows->lines = line_splitter_new(&lines, row_max);
    start_parser(rows, CSV_COMMA);
    return rows;
}

void csv_rows_free(struct csv_rows *rows)
{
    if (rows == NULL)
        return;
    csv_free(&rows->parser);
    line_splitter_fini(&rows->lines);
    text_fini(&rows->fields);
    text_fini(&rows->line);
    free(rows);
}

void csv_rows_feed(struct csv_rows *rows, const char *bytes, size_t length)
{
    line_splitter_feed(&rows->lines, bytes, length);
}

void csv_rows_end(struct csv_rows *rows)
{
    line_splitter_end(&rows->lines);
    if (csv_fini(&rows->parser, take_field, take_row, rows) != 0)
        restart(rows, "a quote is not closed");
}

bool csv_rows_explain_hidden(const struct csv_rows *rows, const char *field, struct text *why)
{
    const struct text *line = &rows->line;
    struct hidden_character hidden;

    if (!plain_text_find_hidden(field, strlen(field), &hidden))
        return false;
    const char *at = line->length > 0 ? memmem(line->data, line->length, field, strlen(field)) : NULL;
    if (at != NULL)
        hidden.column += utf8_count(line->data, (size_t)(at - line->data));
    plain_text_explain_hidden(&hidden, why);
    return true;
}

bool csv_rows_is_title(const char *field, const char *const *titles)
{
    char plain[32];
    size_t length = 0;

    for (; *field != '\0'; field++)
        if (isalnum((unsigned char)*field)) {
            if (length + 1 == sizeof plain)
                return false;
            plain[length++] = (char)tolower((unsigned char)*field);
        }
    plain[length] = '\0';
    for (; *titles != NULL; titles++)
        if (strcmp(plain, *titles) == 0)
            return true;
    return false;
}
