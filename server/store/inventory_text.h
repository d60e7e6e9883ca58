/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the inventory as text: CSV, which inventory_list.h reads again, and JSON. Pure functions, any
 * thread. */
#ifndef SERVER_STORE_INVENTORY_TEXT_H
#define SERVER_STORE_INVENTORY_TEXT_H

#include "base/text.h"
#include "server/store/inventory.h"

/* Adds "thing_name,serial,...\n" with these columns (bits of inventory.h); the code's column is code_hash. */
void inventory_text_add_titles(unsigned columns, struct text *out);
/* Adds a row with these columns: one line, quoted where needed. */
void inventory_text_add_row(const struct inventory_row *row, unsigned columns, struct text *out);

/* Adds {"thing_name":"...","serial":"...",...,"has_code":true,"changed_at":...}; without what the row lacks,
 * and without the code's hash. */
void inventory_text_add_json(const struct inventory_row *row, struct text *out);

#endif
