/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory, for a command: in the store itself, or through a portal that has locked its SQLite file
 * (admin/inventory.h). Main thread only; blocks. */
#ifndef SERVER_OPERATOR_INVENTORY_ACCESS_H
#define SERVER_OPERATOR_INVENTORY_ACCESS_H

#include <semaphore.h>

#include "base/json.h"
#include "base/text.h"
#include "server/settings.h"
#include "server/store/inventory.h"
#include "server/store/store.h"

struct inventory_access {
    struct store_options options; /* borrowed by the store */
    struct store *store;          /* NULL: through the portal */
    const char *address;          /* of the portal */
    size_t rows_max;              /* of one call */
};

struct inventory_counts {
    unsigned long long added, changed, unchanged, refused, removed;
};

/* False with a sentence in *why. All functions return so. *out must stay where it is until it is closed. */
bool inventory_access_open(const struct settings *settings, struct inventory_access *out, struct text *why);
void inventory_access_close(struct inventory_access *access);

/* Rows on their way into the inventory. Zero it before the first use. */
struct inventory_flight {
    bool flies;
    struct inventory_put put;
    enum inventory_outcome *outcomes; /* owned */
    struct store *store;              /* borrowed */
    struct store_job job;
    sem_t landed;
    enum store_error result;
    cJSON *answer; /* of the portal; owned */
};

/* Begins to store up to rows_max rows, which are borrowed until inventory_access_land(): the next ones can be
 * read meanwhile. A flight that was begun must land, also after an error of another. */
bool inventory_access_begin(const struct inventory_access *access, const struct inventory_put *put,
                            struct inventory_flight *flight, struct text *why);
/* Waits until they are stored, and has no effect if the flight was not begun. refuse is called for each row
 * that was not stored; index: its place in put->rows; column may be NULL. Adds to *counts, except for
 * refused. */
typedef void inventory_refuse(void *context, size_t index, const char *column, const char *reason);
bool inventory_access_land(struct inventory_flight *flight, inventory_refuse *refuse, void *context,
                           struct inventory_counts *counts, struct text *why);

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
