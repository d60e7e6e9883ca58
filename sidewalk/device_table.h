/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of a batch by their serial numbers: 56 bytes each and 4 to 8 for finding them. A table of our
 * own, because those of the C library and of GLib need a piece of heap and several pointers for each. In the
 * order in which they came. One thread. */
#ifndef SIDEWALK_DEVICE_TABLE_H
#define SIDEWALK_DEVICE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sidewalk/smsn.h"

#define DEVICE_FILES_MAX ((size_t)1 << 24) /* control logs */

enum device_flag {
    DEVICE_LISTED = 1,       /* on a good row, or in base64 */
    DEVICE_MENTIONED = 2,    /* on a bad row */
    DEVICE_LOGGED = 4,       /* in an entry that could be read */
    DEVICE_LOGGED_BADLY = 8, /* in one that could not */
    DEVICE_UNSOUND = 16,     /* something else than its places was found */
    DEVICE_TWO_APIDS = 32,   /* and that was told */
};

struct device {
    struct smsn smsn;
    uint32_t line;        /* of the list */
    uint32_t file : 24;   /* of the control log, from 0 */
    uint32_t flags : 8;   /* enum device_flag */
    uint64_t offset : 48; /* in the control log */
    uint64_t apid : 16;   /* number of its ApId */
    uint64_t fingerprint; /* of its entry */
};

struct device_table {
    struct device *devices; /* owned */
    size_t count;
    size_t room;
    uint32_t *places; /* owned: numbers of devices, from 1 */
    size_t place_count;
    uint64_t seed;
};

void device_table_init(struct device_table *table);
void device_table_fini(struct device_table *table);
/* Adds it where it is not there. Borrowed until the next call. */
struct device *device_table_get(struct device_table *table, const struct smsn *smsn);

#endif
