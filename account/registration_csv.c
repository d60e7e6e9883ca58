/* SPDX-License-Identifier: Apache-2.0 */
/* libcsv counts no lines and stops at the first bad quote, so it gets its lines one at a time and is started
 * again after a bad row. */
#include "account/registration_csv.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct registration_csv {
    struct registration_csv_events events;
    struct csv_parser parser;
    struct text line;        /* the one that is not complete yet */
    bool after_cr, started;  /* started: past the byte order mark, the delimiter is known */
    bool skipping;           /* the rest of an overlong line */
    unsigned long long next; /* number of the next line */
    unsigned long long row_line;
    size_t row_bytes;   /* of the row that libcsv has, 0 between rows */
    struct text fields; /* terminated, one after the other */
    size_t offsets[REGISTRATION_FIELDS_MAX];
    size_t field_count;
    bool nul;
};

static void start_parser(struct registration_csv *csv, char delimiter)
{
    if (csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_delim(&csv->parser, (unsigned char)delimiter);
}

struct registration_csv *registration_csv_new(const struct registration_csv_events *events)
{
    struct registration_csv *csv = memory_new(1, sizeof *csv);

    csv->events = *events;
    csv->next = 1;
    start_parser(csv, CSV_COMMA);
    return csv;
}

void registration_csv_free(struct registration_csv *csv)
{
    if (csv == NULL)
        return;
    csv_free(&csv->parser);
    text_fini(&csv->line);
    text_fini(&csv->fields);
    free(csv);
}

static void forget_row(struct registration_csv *csv)
{
    text_clear(&csv->fields);
    csv->field_count = 0;
    csv->nul = false;
    csv->row_bytes = 0;
}

static void take_field(void *bytes, size_t length, void *context)
{
    struct registration_csv *csv = context;

    if (csv->field_count == REGISTRATION_FIELDS_MAX)
        return;
    csv->offsets[csv->field_count++] = csv->fields.length;
    csv->nul = csv->nul || (length > 0 && memchr(bytes, '\0', length) != NULL);
    text_add(&csv->fields, bytes, length);
    text_add(&csv->fields, "", 1);
}

static bool is_blank(const struct registration_csv *csv)
{
    for (size_t i = 0; i < csv->fields.length; i++)
        if (csv->fields.data[i] != '\0' && csv->fields.data[i] != ' ' && csv->fields.data[i] != '\t')
            return false;
    return true;
}

static void take_row(int end, void *context)
{
    struct registration_csv *csv = context;
    const char *fields[REGISTRATION_FIELDS_MAX];
    (void)end;

    for (size_t i = 0; i < csv->field_count; i++)
        fields[i] = csv->fields.data + csv->offsets[i];
    if (csv->nul)
        csv->events.bad(csv->events.context, csv->row_line, "it has a NUL in it");
    else if (!is_blank(csv))
        csv->events.row(csv->events.context, fields, csv->field_count, csv->row_line);
    forget_row(csv);
}

static char find_delimiter(const char *line, size_t length)
{
    static const char delimiters[] = ",;\t";
    size_t counts[sizeof delimiters - 1] = {0}, best = 0;
    bool quoted = false;

    for (size_t i = 0; i < length; i++) {
        const char *found = line[i] != '\0' ? strchr(delimiters, line[i]) : NULL;
        quoted = quoted != (line[i] == '"');
        if (!quoted && found != NULL)
            counts[found - delimiters]++;
    }
    for (size_t i = 1; i < sizeof counts / sizeof *counts; i++)
        best = counts[i] > counts[best] ? i : best;
    return delimiters[best];
}

static void restart(struct registration_csv *csv, const char *why)
{
    char delimiter = (char)csv_get_delim(&csv->parser);

    csv->events.bad(csv->events.context, csv->row_line, why);
    forget_row(csv);
    csv_free(&csv->parser);
    start_parser(csv, delimiter);
}

static void start(struct registration_csv *csv, const char **line, size_t *length)
{
    size_t mark = strlen(BYTE_ORDER_MARK);

    if (*length >= mark && memcmp(*line, BYTE_ORDER_MARK, mark) == 0) {
        *line += mark;
        *length -= mark;
    }
    csv_set_delim(&csv->parser, (unsigned char)find_delimiter(*line, *length));
    csv->started = true;
}

static bool is_space(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\n')
            return false;
    return true;
}

static bool parse(struct registration_csv *csv, const char *line, size_t length)
{
    csv->row_bytes += length;
    if (csv_parse(&csv->parser, line, length, take_field, take_row, csv) == length)
        return true;
    if (csv_error(&csv->parser) != CSV_EPARSE)
        abort();
    return false;
}

/* A line with its end. Where an earlier line's quote is open and this one makes no sense behind it, this one
 * may well begin a row of its own, which must not be lost with the other. */
static void parse_line(struct registration_csv *csv, const char *line, size_t length)
{
    bool goes_on = csv->row_bytes > 0;

    if (!csv->started)
        start(csv, &line, &length);
    if (!goes_on)
        csv->row_line = csv->next;
    csv->next++;
    bool fine = parse(csv, line, length);
    if (!fine && goes_on) {
        restart(csv, "its quotes are not right");
        csv->row_line = csv->next - 1;
        fine = parse(csv, line, length);
    }
    if (!fine)
        restart(csv, "its quotes are not right");
    else if (csv->row_bytes > REGISTRATION_ROW_MAX)
        restart(csv, "it is too long, or a quote is not closed");
    else if (csv->row_bytes == length && is_space(line, length))
        forget_row(csv); /* an empty line, which libcsv does not mention */
}

static void end_line(struct registration_csv *csv)
{
    if (csv->skipping)
        csv->next++;
    else
        parse_line(csv, text_get(&csv->line), csv->line.length);
    csv->skipping = false;
    text_clear(&csv->line);
}

/* Part of a line. What is too long to be one is refused as soon as it is. */
static void add_part(struct registration_csv *csv, const char *bytes, size_t length)
{
    if (csv->skipping)
        return;
    if (csv->line.length + length <= REGISTRATION_ROW_MAX) {
        text_add(&csv->line, bytes, length);
        return;
    }
    if (csv->row_bytes == 0)
        csv->row_line = csv->next;
    csv->skipping = true;
    restart(csv, "it is too long, or a quote is not closed");
}

void registration_csv_feed(struct registration_csv *csv, const char *bytes, size_t length)
{
    while (length > 0) {
        if (csv->after_cr && *bytes == '\n') { /* of a pair that has ended its line already */
            csv->after_cr = false;
            bytes++;
            length--;
            continue;
        }
        size_t size = 0;
        while (size < length && bytes[size] != '\n' && bytes[size] != '\r')
            size++;
        add_part(csv, bytes, size);
        csv->after_cr = size < length && bytes[size] == '\r';
        if (size < length) {
            add_part(csv, "\n", 1);
            end_line(csv);
            size++;
        }
        bytes += size;
        length -= size;
    }
}

void registration_csv_end(struct registration_csv *csv)
{
    if (csv->line.length > 0)
        end_line(csv);
    if (csv_fini(&csv->parser, take_field, take_row, csv) != 0)
        restart(csv, "a quote is not closed");
}
