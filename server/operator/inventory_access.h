/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory, for a command: in the store itself, or through a portal that has locked its SQLite file
 * (admin/inventory.h). Main thread only; blocks. */
#ifndef SERVER_OPERATOR_INVENTORY_ACCESS_H
#define SERVER_OPERATOR_INVENTORY_ACCESS_H

#include "base/text.h"
#include "server/settings.h"
#include "server/store/inventory.h"
#include "server/store/store.h"

struct inventory_access {
    struct store *store; /* NULL: through the portal */
    const char *address; /* of the portal */
    size_t rows_max;     /* of one call */
};

struct inventory_counts {
    unsigned long long added, changed, unchanged, refused, removed;
};

/* False with a sentence in *why. All functions return so. */
bool inventory_access_open(const struct settings *settings, struct inventory_access *out, struct text *why);
void inventory_access_close(struct inventory_access *access);

/* Stores up to rows_max rows. refuse is called for each row that was not stored; index: its place in
 * put->rows; column may be NULL. Adds to *counts, except for refused. */
typedef void inventory_refuse(void *context, size_t index, const char *column, const char *reason);
bool inventory_access_put(const struct inventory_access *access, const struct inventory_put *put,
                          inventory_refuse *refuse, void *context, struct inventory_counts *counts,
                          struct text *why);

/* Removes up to rows_max things. */
bool inventory_access_remove(const struct inventory_access *access, const struct inventory_row *rows,
                             size_t count, struct inventory_counts *counts, struct text *why);

/* Adds the titles and the next rows after the thing `after` as CSV, and sets it to the last of them. *more:
 * there was a row. */
bool inventory_access_page(const struct inventory_access *access, char after[IDENTIFIER_SIZE],
                           struct text *csv, bool *more, struct text *why);

/* Adds the thing as JSON; *found: it is in the inventory. */
bool inventory_access_find(const struct inventory_access *access, const char *thing_name, struct text *json,
                           bool *found, struct text *why);

#endif
