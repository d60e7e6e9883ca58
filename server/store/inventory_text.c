/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/inventory_text.h"

#include <string.h>

#include "base/clock.h"
#include "base/json_writer.h"

#define COLUMNS 5

static const struct {
    unsigned bit;
    const char *title;
} columns_of_csv[COLUMNS] = {{INVENTORY_SERIAL, "serial"},
                             {INVENTORY_GTIN, "gtin"},
                             {INVENTORY_BATCH, "batch"},
                             {INVENTORY_CODE, "code_hash"},
                             {INVENTORY_PRODUCT, "product"}};

void inventory_text_add_titles(unsigned columns, struct text *out)
{
    text_puts(out, "thing_name");
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns & columns_of_csv[i].bit)
            text_printf(out, ",%s", columns_of_csv[i].title);
    text_puts(out, "\n");
}

static void add_cell(const char *cell, struct text *out)
{
    text_puts(out, ",");
    if (!cell[strcspn(cell, ",;\t\"= ")]) {
        text_puts(out, cell);
        return;
    }
    text_puts(out, "\"");
    for (; *cell; cell++) {
        if (*cell == '"')
            text_puts(out, "\"");
        text_add(out, cell, 1);
    }
    text_puts(out, "\"");
}

void inventory_text_add_row(const struct inventory_row *row, unsigned columns, struct text *out)
{
    const char *const cells[COLUMNS] = {row->serial, row->gtin, row->batch, row->code, row->product};

    text_puts(out, row->thing_name);
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns & columns_of_csv[i].bit)
            add_cell(cells[i], out);
    text_puts(out, "\n");
}

static void write_given(struct json_writer *json, const char *name, const char *text)
{
    if (*text)
        json_write_text(json, name, text);
}

void inventory_text_add_json(const struct inventory_row *row, struct text *out)
{
    struct json_writer json = json_writer_into(out);
    char when[CLOCK_RFC3339_SIZE];

    clock_rfc3339(row->changed_at, when);
    json_begin_object(&json, NULL);
    json_write_text(&json, "thing_name", row->thing_name);
    write_given(&json, "serial", row->serial);
    write_given(&json, "gtin", row->gtin);
    write_given(&json, "batch", row->batch);
    write_given(&json, "product", row->product);
    json_write_boolean(&json, "has_code", *row->code != '\0');
    json_write_text(&json, "changed_at", when);
    json_end_object(&json);
    json_writer_finish(&json);
}
