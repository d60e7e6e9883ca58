/* SPDX-License-Identifier: Apache-2.0 */
/* The only user of libcsv. It counts no lines and stops at the first bad quote, so it gets its lines one at a
 * time, and is started again after a bad row. */
#include "label/list.h"

#include <csv.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define FIELDS_MAX 64

enum column { IDENTIFIER, PRODUCT, SERIAL, COLUMNS };

struct list {
    struct list_events events;
    struct csv_parser parser;
    struct text line; /* the one that is not complete yet */
    bool after_cr;
    bool started;            /* past the byte order mark, the delimiter is known */
    unsigned long long next; /* number of the next line */
    unsigned long long row_line;
    size_t row_bytes;     /* of the row that libcsv has, 0 between rows */
    bool titled;          /* the first row has been seen */
    int columns[COLUMNS]; /* which field is which; -1: none */
    size_t columns_max;   /* more fields are a mistake; 0: any number */
    struct text fields;   /* terminated, one after the other */
    size_t offsets[FIELDS_MAX];
    size_t field_count;
    bool nul, skipping; /* skipping: the rest of an overlong line */
};

static void start_parser(struct list *list, char delimiter)
{
    if (csv_init(&list->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_delim(&list->parser, (unsigned char)delimiter);
}

struct list *list_new(const struct list_events *events)
{
    struct list *list = memory_new(1, sizeof *list);

    list->events = *events;
    list->next = 1;
    start_parser(list, CSV_COMMA);
    return list;
}

void list_free(struct list *list)
{
    if (list == NULL)
        return;
    csv_free(&list->parser);
    text_fini(&list->line);
    text_fini(&list->fields);
    free(list);
}

static void forget_row(struct list *list)
{
    text_clear(&list->fields);
    list->field_count = 0;
    list->nul = false;
    list->row_bytes = 0;
}

static void refuse(struct list *list, const char *why)
{
    list->events.bad(list->events.context, list->row_line, why);
    forget_row(list);
}

static const char *field(const struct list *list, int index)
{
    if (index < 0 || (size_t)index >= list->field_count || (size_t)index >= FIELDS_MAX)
        return "";
    return list->fields.data + list->offsets[index];
}

static void take_field(void *bytes, size_t length, void *context)
{
    struct list *list = context;

    if (list->field_count < FIELDS_MAX)
        list->offsets[list->field_count] = list->fields.length;
    list->field_count++;
    list->nul = list->nul || (length > 0 && memchr(bytes, '\0', length) != NULL);
    text_add(&list->fields, bytes, length);
    text_add(&list->fields, "", 1);
}

/* "Thing name" and "thing_name" are ThingName. */
static bool is_title(const char *text, const char *const *titles)
{
    char plain[24];
    size_t length = 0;

    for (; *text != '\0'; text++)
        if (isalnum((unsigned char)*text)) {
            if (length + 1 == sizeof plain)
                return false;
            plain[length++] = (char)tolower((unsigned char)*text);
        }
    plain[length] = '\0';
    for (; *titles != NULL; titles++)
        if (strcmp(plain, *titles) == 0)
            return true;
    return false;
}

/* True when the row names the columns. */
static bool read_titles(struct list *list)
{
    static const char *const titles[COLUMNS][7] = {
        [IDENTIFIER] = {"thingname", "identifier", "thing", "uniqueidentifier", "uid", "deviceid", NULL},
        [PRODUCT] = {"product", "productname", "model", "type", NULL},
        [SERIAL] = {"serial", "serialnumber", "serialno", "sn", NULL},
    };
    int columns[COLUMNS] = {-1, -1, -1};

    for (size_t i = 0; i < list->field_count && i < FIELDS_MAX; i++)
        for (int column = 0; column < COLUMNS; column++)
            if (columns[column] < 0 && is_title(field(list, (int)i), titles[column]))
                columns[column] = (int)i;
    if (columns[IDENTIFIER] < 0) {
        list->columns_max = COLUMNS;
        for (int column = 0; column < COLUMNS; column++)
            list->columns[column] = column;
        return false;
    }
    memcpy(list->columns, columns, sizeof columns);
    return true;
}

static bool is_blank(const struct list *list)
{
    for (size_t i = 0; i < list->fields.length; i++)
        if (list->fields.data[i] != '\0' && list->fields.data[i] != ' ' && list->fields.data[i] != '\t')
            return false;
    return true;
}

static void take_row(int end, void *context)
{
    struct list *list = context;
    (void)end;

    if (is_blank(list)) {
        forget_row(list);
        return;
    }
    if (list->nul) {
        refuse(list, "it has a NUL in it");
        return;
    }
    bool titles = !list->titled && read_titles(list);
    list->titled = true;
    struct list_row row = {field(list, list->columns[IDENTIFIER]), field(list, list->columns[PRODUCT]),
                           field(list, list->columns[SERIAL]), list->row_line};
    if (titles)
        forget_row(list);
    else if (list->columns_max != 0 && list->field_count > list->columns_max)
        refuse(list, "it has more than the columns thing name, product and serial");
    else if (row.identifier[0] == '\0')
        refuse(list, "the thing name is missing");
    else {
        list->events.row(list->events.context, &row);
        forget_row(list);
    }
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

static void restart(struct list *list, const char *why)
{
    char delimiter = (char)csv_get_delim(&list->parser);

    refuse(list, why);
    csv_free(&list->parser);
    start_parser(list, delimiter);
}

static bool is_space(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\n')
            return false;
    return true;
}

/* A line with its end. */
static void parse_line(struct list *list, const char *line, size_t length)
{
    if (!list->started) {
        size_t mark = strlen(BYTE_ORDER_MARK);
        if (length >= mark && memcmp(line, BYTE_ORDER_MARK, mark) == 0) {
            line += mark;
            length -= mark;
        }
        csv_set_delim(&list->parser, (unsigned char)find_delimiter(line, length));
        list->started = true;
    }
    if (list->row_bytes == 0)
        list->row_line = list->next;
    list->next++;
    list->row_bytes += length;
    if (csv_parse(&list->parser, line, length, take_field, take_row, list) != length) {
        if (csv_error(&list->parser) != CSV_EPARSE)
            abort();
        restart(list, "its quotes are not right");
    } else if (list->row_bytes > LIST_ROW_MAX)
        restart(list, "it is too long, or a quote is not closed");
    else if (list->row_bytes == length && is_space(line, length))
        forget_row(list); /* an empty line, which libcsv does not mention */
}

static void end_line(struct list *list)
{
    if (list->skipping)
        list->next++;
    else
        parse_line(list, text_get(&list->line), list->line.length);
    list->skipping = false;
    text_clear(&list->line);
}

/* Part of a line. What is too long to be one is refused as soon as it is. */
static void add_part(struct list *list, const char *bytes, size_t length)
{
    if (list->skipping)
        return;
    if (list->line.length + length <= LIST_ROW_MAX) {
        text_add(&list->line, bytes, length);
        return;
    }
    if (list->row_bytes == 0)
        list->row_line = list->next;
    list->skipping = true;
    restart(list, "it is too long, or a quote is not closed");
}

void list_feed(struct list *list, const char *bytes, size_t length)
{
    while (length > 0) {
        if (list->after_cr && *bytes == '\n') { /* of a pair that has ended its line already */
            list->after_cr = false;
            bytes++;
            length--;
            continue;
        }
        size_t size = 0;
        while (size < length && bytes[size] != '\n' && bytes[size] != '\r')
            size++;
        add_part(list, bytes, size);
        list->after_cr = size < length && bytes[size] == '\r';
        if (size < length) {
            add_part(list, "\n", 1);
            end_line(list);
            size++;
        } else if (size > 0)
            list->after_cr = false;
        bytes += size;
        length -= size;
    }
}

void list_end(struct list *list)
{
    if (list->line.length > 0)
        end_line(list);
    if (csv_fini(&list->parser, take_field, take_row, list) != 0)
        restart(list, "a quote is not closed");
}
