/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/page_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void *keep(struct page_values *values, void *owned)
{
    values->owned = memory_grow(values->owned, values->count + 1, sizeof *values->owned);
    values->owned[values->count++] = owned;
    return owned;
}

void page_values_fini(struct page_values *values)
{
    for (size_t i = 0; i < values->count; i++)
        free(values->owned[i]);
    free(values->owned);
    *values = (struct page_values){NULL, 0};
}

const char *page_values_text(struct page_values *values, const char *bytes, size_t length)
{
    return keep(values, memory_part(bytes, length));
}

static size_t row_length(const struct template_value *row)
{
    size_t length = 1;

    while (row[length - 1].name != NULL)
        length++;
    return length;
}

void page_rows_add(struct page_values *values, struct page_rows *rows, const struct template_value *row)
{
    size_t length = row_length(row);
    struct template_value *copy = keep(values, memory_new(length, sizeof *copy));
    const struct template_value **list = keep(values, memory_new(rows->count + 2, sizeof *list));

    memcpy(copy, row, length * sizeof *copy);
    if (rows->count)
        memcpy(list, rows->list, rows->count * sizeof *list);
    list[rows->count++] = copy;
    rows->list = list;
}
