/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/engine.h"
#include "server/store/transaction.h"

static enum store_error none_is_fine(enum store_error error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

static const char *null_if_empty(const char *text)
{
    return *text ? text : NULL;
}

/* ---- reading ---- */

static void take_row(void *context, const struct row *row)
{
    struct inventory_row *out = context;

    row_copy(row, 0, out->thing_name, sizeof out->thing_name);
    row_copy(row, 1, out->serial, sizeof out->serial);
    row_copy(row, 2, out->gtin, sizeof out->gtin);
    row_copy(row, 3, out->batch, sizeof out->batch);
    row_copy(row, 4, out->code, sizeof out->code);
    row_copy(row, 5, out->product, sizeof out->product);
    out->changed_at = row_integer(row, 6);
}

enum store_error inventory_find(struct store_tx *tx, const char *thing_name, struct inventory_row *out)
{
    struct inventory_row row;

    RETURN_IF(tx_query(tx, SQL_INVENTORY_FIND, WITH(sql_text(thing_name)), take_row, &row));
    *out = row;
    return STORE_OK;
}

struct named {
    char thing_name[IDENTIFIER_SIZE];
    size_t count;
};

static void take_name(void *context, const struct row *row)
{
    struct named *named = context;

    row_copy(row, 0, named->thing_name, sizeof named->thing_name);
    named->count++;
}

enum store_error inventory_by_serial(struct store_tx *tx, const char *gtin14, const char *serial,
                                     char thing_name[IDENTIFIER_SIZE])
{
    struct named named = {.count = 0};

    RETURN_IF(
        tx_query(tx, SQL_INVENTORY_BY_SERIAL, WITH(sql_text(serial), sql_text(gtin14)), take_name, &named));
    if (named.count != 1)
        return STORE_NOT_FOUND;
    memcpy(thing_name, named.thing_name, sizeof named.thing_name);
    return STORE_OK;
}

struct page {
    struct inventory_row *out;
    size_t count;
};

static void take_next(void *context, const struct row *row)
{
    struct page *page = context;

    take_row(&page->out[page->count++], row);
}

enum store_error inventory_read(struct store_tx *tx, const char *after, struct inventory_row *out,
                                size_t room, size_t *count)
{
    struct page page = {out, 0};
    enum store_error error = tx_query(tx, SQL_INVENTORY_READ,
                                      WITH(sql_text(after), sql_integer((long long)room)), take_next, &page);

    *count = page.count;
    return none_is_fine(error);
}

/* ---- writing ---- */

#define FEW 100 /* rows that are cheap to look up */

/* A row of the list, and the row as it shall be. */
struct item {
    const struct inventory_row *row;
    struct inventory_row merged;
    bool is_known; /* merged began as what the inventory has */
};

/* Some rows of the list, no two of the same thing, sorted by name: trees grow faster so, and two lists that
 * are imported at the same time do not wait for each other in a circle. */
struct round {
    struct store_tx *tx;
    struct inventory_put *put;
    enum inventory_outcome *outcomes;
    struct item *items;
    size_t count;
};

static enum inventory_outcome *outcome_of(const struct round *round, const struct item *item)
{
    return &round->outcomes[item->row - round->put->rows];
}

/* $1 to $7 of the statements that write. */
#define TEXT_COLUMNS 6
struct values {
    struct sql_value list[TEXT_COLUMNS + 1];
};

static struct values values_of(const struct inventory_row *row, long long now)
{
    return (struct values){{sql_text(row->thing_name), sql_text(null_if_empty(row->serial)),
                            sql_text(null_if_empty(row->gtin)), sql_text(null_if_empty(row->batch)),
                            sql_text(null_if_empty(row->code)), sql_text(null_if_empty(row->product)),
                            sql_integer(now)}};
}

/* One statement a row. SQLite has no round trips. */
static enum store_error write_each(const struct round *round, enum statement statement,
                                   enum inventory_outcome wanted)
{
    for (size_t i = 0; i < round->count; i++) {
        const struct item *item = &round->items[i];
        long long changed = 0;
        if (*outcome_of(round, item) != wanted)
            continue;
        const struct values values = values_of(&item->merged, round->put->now);
        RETURN_IF(tx_run(round->tx, statement, (struct sql_values){values.list, TEXT_COLUMNS + 1}, &changed));
        if (!changed) /* somebody was faster with this thing */
            *outcome_of(round, item) = INVENTORY_DIFFERS;
    }
    return STORE_OK;
}

static int by_name(const void *name, const void *item)
{
    return strcmp(name, ((const struct item *)item)->merged.thing_name);
}

static struct item *find_item(const struct round *round, const char *name)
{
    return bsearch(name, round->items, round->count, sizeof *round->items, by_name);
}

/* One statement for all. */
static enum store_error write_together(const struct round *round, enum statement statement,
                                       enum inventory_outcome wanted)
{
    OWNED const char **cells = memory_new(TEXT_COLUMNS * round->count, sizeof *cells);
    struct sql_value values[TEXT_COLUMNS + 1];
    bool filled[TEXT_COLUMNS] = {false};
    size_t rows = 0;

    for (size_t i = 0; i < round->count; i++) {
        const struct item *item = &round->items[i];
        if (*outcome_of(round, item) != wanted)
            continue;
        const struct values row = values_of(&item->merged, 0);
        for (size_t column = 0; column < TEXT_COLUMNS; column++) {
            cells[column * round->count + rows] = row.list[column].text;
            filled[column] = filled[column] || row.list[column].text;
        }
        rows++;
    }
    if (!rows)
        return STORE_OK;
    for (size_t column = 0; column < TEXT_COLUMNS; column++)
        values[column] = sql_texts(cells + column * round->count, filled[column] ? rows : 0); /* NULLs */
    values[TEXT_COLUMNS] = sql_integer(round->put->now);
    long long changed = 0;
    RETURN_IF(tx_run(round->tx, statement, (struct sql_values){values, TEXT_COLUMNS + 1}, &changed));
    if (changed == (long long)rows)
        return STORE_OK;
    round->put->looks_first = true; /* which ones were there is not known: undone, and looked up first */
    return STORE_AGAIN;
}

/* Overwrites the columns that the list has. Returns whether anything differs. */
static bool merge(struct inventory_row *into, const struct inventory_row *row, unsigned columns)
{
    const struct {
        unsigned column;
        char *into;
        const char *from;
        size_t size;
    } cells[] = {
        {INVENTORY_SERIAL, into->serial, row->serial, sizeof row->serial},
        {INVENTORY_GTIN, into->gtin, row->gtin, sizeof row->gtin},
        {INVENTORY_BATCH, into->batch, row->batch, sizeof row->batch},
        {INVENTORY_CODE, into->code, row->code, sizeof row->code},
        {INVENTORY_PRODUCT, into->product, row->product, sizeof row->product},
    };
    bool differs = false;

    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (!(columns & cells[i].column) || strcmp(cells[i].into, cells[i].from) == 0)
            continue;
        memcpy(cells[i].into, cells[i].from, cells[i].size);
        differs = true;
    }
    return differs;
}

static void take_known(void *context, const struct row *row)
{
    const struct round *round = context;
    struct item *item = find_item(round, row_text(row, 0));

    if (!item)
        return;
    take_row(&item->merged, row);
    item->is_known = true;
}

/* Compares what was not added with what the inventory has. */
static enum store_error compare(struct round *round)
{
    const struct inventory_put *put = round->put;
    OWNED const char **names = memory_new(round->count, sizeof *names);
    size_t count = 0;

    for (size_t i = 0; i < round->count; i++) {
        round->items[i].is_known = false;
        if (*outcome_of(round, &round->items[i]) == INVENTORY_DIFFERS)
            names[count++] = round->items[i].row->thing_name;
    }
    if (!count)
        return STORE_OK;
    RETURN_IF(none_is_fine(
        tx_query(round->tx, SQL_INVENTORY_KNOWN, WITH(sql_texts(names, count)), take_known, round)));
    for (size_t i = 0; i < round->count; i++) {
        struct item *item = &round->items[i];
        enum inventory_outcome *outcome = outcome_of(round, item);
        if (*outcome != INVENTORY_DIFFERS)
            continue;
        if (!item->is_known)
            *outcome = INVENTORY_ADDED;
        else if (!merge(&item->merged, item->row, put->columns))
            *outcome = INVENTORY_UNCHANGED;
        else if (put->replace)
            *outcome = INVENTORY_CHANGED;
    }
    return STORE_OK;
}

static void set_outcomes(const struct round *round, enum inventory_outcome outcome)
{
    for (size_t i = 0; i < round->count; i++)
        *outcome_of(round, &round->items[i]) = outcome;
}

/* Most long lists only have new things: these cost one statement. */
static enum store_error run_together(struct round *round)
{
    const bool looks = round->put->looks_first || round->count < FEW;

    set_outcomes(round, looks ? INVENTORY_DIFFERS : INVENTORY_ADDED);
    if (looks)
        RETURN_IF(compare(round));
    RETURN_IF(write_together(round, SQL_SET_INVENTORY_INSERT, INVENTORY_ADDED));
    return write_together(round, SQL_SET_INVENTORY_CHANGE, INVENTORY_CHANGED);
}

static enum store_error run_each(struct round *round)
{
    set_outcomes(round, INVENTORY_ADDED);
    RETURN_IF(write_each(round, SQL_INVENTORY_INSERT, INVENTORY_ADDED));
    RETURN_IF(compare(round));
    return write_each(round, SQL_INVENTORY_CHANGE, INVENTORY_CHANGED);
}

static enum store_error run_round(struct round *round)
{
    if (round->put->only_look) {
        set_outcomes(round, INVENTORY_DIFFERS);
        return compare(round);
    }
    return round->tx->database->kind->has_round_trips ? run_together(round) : run_each(round);
}

/* By name; rows about one thing in the order of the list. */
static int in_order(const void *left, const void *right)
{
    const struct inventory_row *a = *(const struct inventory_row *const *)left;
    const struct inventory_row *b = *(const struct inventory_row *const *)right;
    int names = strcmp(a->thing_name, b->thing_name);

    return names ? names : a < b ? -1 : a > b;
}

/* Moves the first row of each thing from `rows` to the round. Returns how many are left. */
static size_t take_firsts(struct round *round, const struct inventory_row **rows, size_t count)
{
    size_t left = 0;

    round->count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct item *last = round->count ? &round->items[round->count - 1] : NULL;
        if (last && strcmp(last->row->thing_name, rows[i]->thing_name) == 0)
            rows[left++] = rows[i];
        else
            round->items[round->count++] = (struct item){rows[i], *rows[i], false};
    }
    return left;
}

enum store_error inventory_put(struct store_tx *tx, struct inventory_put *put,
                               enum inventory_outcome outcomes[])
{
    OWNED const struct inventory_row **rows = memory_new(put->count + 1, sizeof *rows);
    OWNED struct item *items = memory_new(put->count + 1, sizeof *items);
    struct round round = {.tx = tx, .put = put, .outcomes = outcomes, .items = items};
    size_t left = put->count;

    for (size_t i = 0; i < left; i++)
        rows[i] = &put->rows[i];
    qsort(rows, left, sizeof *rows, in_order);
    while (left) {
        left = take_firsts(&round, rows, left);
        RETURN_IF(run_round(&round));
    }
    return STORE_OK;
}

enum store_error inventory_remove(struct store_tx *tx, const char *const thing_names[], size_t count,
                                  size_t *removed)
{
    long long changed = 0;

    RETURN_IF(tx_run(tx, SQL_INVENTORY_REMOVE, WITH(sql_texts(thing_names, count)), &changed));
    *removed = (size_t)changed;
    return STORE_OK;
}
