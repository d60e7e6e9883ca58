/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of a batch by serial number, in order of arrival: 56 bytes each, and 4 to 8 for the hash table.
 * An own table, because those of the C library and of GLib need a heap block and several pointers per device.
 * One thread. */
#ifndef SIDEWALK_DEVICE_TABLE_H
#define SIDEWALK_DEVICE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sidewalk/smsn.h"

#define DEVICE_FILES_MAX ((size_t)1 << 24) /* maximum number of control logs */

enum device_flag {
    DEVICE_LISTED = 1,       /* in a valid row of the list, also in base64 */
    DEVICE_MENTIONED = 2,    /* in a bad row */
    DEVICE_LOGGED = 4,       /* in a readable entry */
    DEVICE_LOGGED_BADLY = 8, /* in an unreadable entry */
    DEVICE_UNSOUND = 16,     /* has a finding other than its places */
    DEVICE_TWO_APIDS = 32,   /* has two ApIds, which was reported */
    DEVICE_CORRECTED = 64,   /* is in the corrected list */
};

struct device {
    struct smsn smsn;
    uint32_t line;        /* in the list */
    uint32_t file : 24;   /* number of the control log, from 0 */
    uint32_t flags : 8;   /* enum device_flag */
    uint64_t offset : 48; /* in the control log */
    uint64_t apid : 16;   /* the number of its ApId */
    uint64_t fingerprint; /* of its entry */
};

struct device_table {
    struct device *devices; /* owned */
    size_t count;
    size_t room;
    uint32_t *places; /* owned: indexes of devices, from 1 */
    size_t place_count;
    uint64_t seed;
};

void device_table_init(struct device_table *table);
void device_table_fini(struct device_table *table);
/* Returns the device, after adding it if it is missing. Borrowed until the next call. */
struct device *device_table_get(struct device_table *table, const struct smsn *smsn);

#endif
