/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a CSV list of devices for the inventory, in pieces. base/csv_rows.h says which encodings, separators,
 * quotes and line ends are read. The first row names the columns, in any order: thing_name, serial, gtin,
 * batch, code, product; others are ignored. code_hash, of an export (inventory_text.h), is an alternative to
 * code. One thread. */
#ifndef SERVER_STORE_INVENTORY_LIST_H
#define SERVER_STORE_INVENTORY_LIST_H

#include "claim/settings.h"
#include "ownership/code.h"
#include "ownership/product.h"
#include "server/store/inventory.h"

#define INVENTORY_LIST_ROW_MAX 16384 /* bytes; a longer row has an unclosed quote */

struct inventory_list_options {
    /* Thing names are read as the first staging account does whose form fits. NULL, or without staging
     * accounts: they must be written exactly. Borrowed. */
    const struct claim_settings *claim;
    const struct code_key *key; /* borrowed; with length 0, codes are refused */
    bool only_names;            /* for a removal: columns other than thing_name are ignored */
    /* One that is none of these is refused: a typing error would otherwise choose another product, and with
     * it what people must prove. NULL or empty: any. Borrowed. */
    const struct products *products;
};

struct inventory_list_events {
    void *context;
    /* row is borrowed for the call. line: where it starts, from 1. */
    void (*row)(void *context, const struct inventory_row *row, unsigned long long line);
    /* A row that cannot be used. column: its name, NULL if all of the row is wrong. why never quotes a code.
     * Reading continues with the next row, unless the list is over (below). */
    void (*bad)(void *context, unsigned long long line, const char *column, const char *why);
    /* A column that is not known, once. May be NULL. */
    void (*ignored)(void *context, const char *title);
};

struct inventory_list;

struct inventory_list *inventory_list_new(const struct inventory_list_options *options,
                                          const struct inventory_list_events *events); /* both are copied */
void inventory_list_free(struct inventory_list *list);
void inventory_list_feed(struct inventory_list *list, const char *bytes, size_t length);
/* End of input. */
void inventory_list_end(struct inventory_list *list);

/* The columns that the first row has, as bits (inventory.h). Known when row() is called. */
unsigned inventory_list_columns(const struct inventory_list *list);
/* Whether the first row names no usable columns: everything after it is ignored. */
bool inventory_list_is_over(const struct inventory_list *list);

#endif
