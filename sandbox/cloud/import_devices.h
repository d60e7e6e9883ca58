/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of an import task, from its lists. Guarded by the cloud's lock. */
#ifndef SANDBOX_CLOUD_IMPORT_DEVICES_H
#define SANDBOX_CLOUD_IMPORT_DEVICES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "sandbox/cloud/deliveries.h"
#include "sidewalk/smsn.h"

enum row_problem { ROW_SOUND, ROW_BASE64, ROW_NO_SMSN, ROW_TWICE };

struct import_device {
    char row[SMSN_HEX_SIZE]; /* as in the list, cut */
    enum row_problem problem;
    struct smsn smsn;                /* valid for ROW_SOUND */
    long long ready_ms;              /* when its list was read */
    const struct delivery *delivery; /* NULL until the factory has reported it; borrowed */
};

struct import_devices {
    struct import_device *all; /* owned */
    size_t count, room;
};
void import_devices_fini(struct import_devices *devices);

void import_devices_add(struct import_devices *devices, const char *row, size_t length, long long ready_ms);
/* Reads the rows of a list: "smsn" first, then one serial number per row. Returns false with a sentence in
 * *why, and adds nothing, if the list is not usable. */
bool import_devices_read(struct import_devices *devices, const char *csv, size_t length, long long ready_ms,
                         struct text *why);

/* Returns NULL for ROW_SOUND. */
const char *row_problem_words(enum row_problem problem);

#endif
