/* SPDX-License-Identifier: Apache-2.0 */
#include "label/label_list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv_rows.h"
#include "base/memory.h"

enum column { IDENTIFIER, PRODUCT, SERIAL, COLUMNS };

struct label_list {
    struct label_list_events events;
    struct csv_rows *rows;
    bool titled;          /* the first row was read */
    int columns[COLUMNS]; /* field index of each column; -1: none */
    size_t columns_max;   /* more fields are an error; 0: any number */
};

/* Returns whether the row is a header row. */
static bool read_titles(struct label_list *list, const char *const *fields, size_t count)
{
    static const char *const titles[COLUMNS][7] = {
        [IDENTIFIER] = {"thingname", "identifier", "thing", "uniqueidentifier", "uid", "deviceid", NULL},
        [PRODUCT] = {"product", "productname", "model", "type", NULL},
        [SERIAL] = {"serial", "serialnumber", "serialno", "sn", NULL},
    };
    int columns[COLUMNS] = {-1, -1, -1};

    for (size_t i = 0; i < count; i++)
        for (int column = 0; column < COLUMNS; column++)
            if (columns[column] < 0 && csv_rows_is_title(fields[i], titles[column]))
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

static const char *field_of(const struct label_list *list, enum column column, const char *const *fields,
                            size_t count)
{
    int index = list->columns[column];

    return index < 0 || (size_t)index >= count ? "" : fields[index];
}

/* Columns without a text after the last one with a text are what spreadsheets leave. */
static size_t count_filled(const char *const *fields, size_t count)
{
    while (count > 0 && fields[count - 1][0] == '\0')
        count--;
    return count;
}

static void take_row(void *context, const char *const *fields, size_t count, unsigned long long line)
{
    struct label_list *list = context;
    bool titles = !list->titled && read_titles(list, fields, count);
    TEXT struct text why = TEXT_EMPTY;

    list->titled = true;
    const struct label_list_row row = {field_of(list, IDENTIFIER, fields, count),
                                       field_of(list, PRODUCT, fields, count),
                                       field_of(list, SERIAL, fields, count), line};
    if (titles)
        return;
    if (csv_rows_explain_hidden(list->rows, row.identifier, &why))
        list->events.bad(list->events.context, line, why.data);
    else if (list->columns_max != 0 && count_filled(fields, count) > list->columns_max)
        list->events.bad(list->events.context, line,
                         "it has more than the columns thing name, product and serial");
    else if (row.identifier[0] == '\0')
        list->events.bad(list->events.context, line, "the thing name is missing");
    else
        list->events.row(list->events.context, &row);
}

static void take_bad(void *context, unsigned long long line, const char *why)
{
    struct label_list *list = context;

    list->events.bad(list->events.context, line, why);
}

struct label_list *label_list_new(const struct label_list_events *events)
{
    struct label_list *list = memory_new(1, sizeof *list);
    const struct csv_rows_events rows = {list, take_row, take_bad};

    list->events = *events;
    list->rows = csv_rows_new(&rows, LABEL_LIST_ROW_MAX);
    return list;
}

void label_list_free(struct label_list *list)
{
    if (list == NULL)
        return;
    csv_rows_free(list->rows);
    free(list);
}

void label_list_feed(struct label_list *list, const char *bytes, size_t length)
{
    csv_rows_feed(list->rows, bytes, length);
}

void label_list_end(struct label_list *list)
{
    csv_rows_end(list->rows);
}
