/* SPDX-License-Identifier: Apache-2.0 */
/* The devices that the OEM bought: at most one row a thing. For use inside a store_job's run(). */
#ifndef SERVER_STORE_INVENTORY_H
#define SERVER_STORE_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/identifier.h"
#include "server/store/job.h"

#define INVENTORY_TEXT_SIZE 65 /* serial, batch, product: 64 bytes and a terminator */
#define INVENTORY_GTIN_SIZE 15 /* always 14 digits */
#define INVENTORY_CODE_SIZE 65 /* a keyed hash as 64 hex digits, never the code */

/* "" where there is none. */
struct inventory_row {
    char thing_name[IDENTIFIER_SIZE];
    char serial[INVENTORY_TEXT_SIZE];
    char gtin[INVENTORY_GTIN_SIZE];
    char batch[INVENTORY_TEXT_SIZE];
    char code[INVENTORY_CODE_SIZE];
    char product[INVENTORY_TEXT_SIZE];
    long long changed_at; /* store_clock_ms() */
};

/* STORE_NOT_FOUND: the thing is not in the inventory. */
enum store_error inventory_find(struct store_tx *tx, const char *thing_name, struct inventory_row *out);

/* The thing with this serial number of this product. STORE_NOT_FOUND: there is none, or more than one. */
enum store_error inventory_by_serial(struct store_tx *tx, const char *gtin14, const char *serial,
                                     char thing_name[IDENTIFIER_SIZE]);

/* Columns of a list beside the thing name; they are bits. */
enum inventory_column {
    INVENTORY_SERIAL = 1,
    INVENTORY_GTIN = 2,
    INVENTORY_BATCH = 4,
    INVENTORY_CODE = 8,
    INVENTORY_PRODUCT = 16,
    INVENTORY_COLUMNS = 31,
};

/* What became of a row. */
enum inventory_outcome {
    INVENTORY_ADDED,
    INVENTORY_CHANGED,
    INVENTORY_UNCHANGED,
    INVENTORY_DIFFERS, /* not stored: the inventory has other data of this thing, and replace is false */
};

#define INVENTORY_DIFFERS_REASON                                                                             \
    "the inventory has other data of this thing; to change it, use --replace (a program: replace=yes)"

struct inventory_put {
    const struct inventory_row *rows; /* several may be about one thing: they are stored in their order */
    size_t count;
    unsigned columns; /* those that the rows have; the others are left as they are */
    bool replace;     /* change things that are in the inventory already */
    bool only_look;   /* store nothing; a thing that comes twice is then compared with the inventory alone */
    long long now;
    bool looks_first; /* private: some of these rows were there already */
};

/* Adds rows, or changes those that differ. outcomes[i] is about rows[i]. *put keeps what a repetition of the
 * job needs (STORE_AGAIN): make it outside of the job's run(), unless it has few rows. A few thousand rows a
 * call keep the transaction short. */
enum store_error inventory_put(struct store_tx *tx, struct inventory_put *put,
                               enum inventory_outcome outcomes[]);

/* Removes things. Claims that are open go on. *removed: how many were there. */
enum store_error inventory_remove(struct store_tx *tx, const char *const thing_names[], size_t count,
                                  size_t *removed);

/* Reads up to `room` rows in the order of their names, those after the name `after` ("": from the first). */
enum store_error inventory_read(struct store_tx *tx, const char *after, struct inventory_row *out,
                                size_t room, size_t *count);

#endif
