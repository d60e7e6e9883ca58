/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the devices of a batch for each ApId (advertised product id). A batch should have one ApId; others
 * are mistakes. Memory is bounded: at most APIDS_MAX ApIds are kept. One thread. */
#ifndef SIDEWALK_APIDS_H
#define SIDEWALK_APIDS_H

#include <stddef.h>
#include <stdint.h>

#define APID_SIZE 65
#define APIDS_MAX 4096
#define APID_OTHER 0 /* stands for all ApIds beyond APIDS_MAX */

struct apid {
    char text[APID_SIZE];
    unsigned long long devices;
};

struct apids {
    struct apid *known; /* owned; the first is at index 1 */
    size_t count;
    uint16_t *places; /* owned */
};

void apids_init(struct apids *apids);
void apids_fini(struct apids *apids);
/* Counts a device and returns the number of its ApId. text: at most APID_SIZE - 1 bytes without a NUL. */
uint16_t apids_count(struct apids *apids, const char *text);
/* The result is borrowed; "" for APID_OTHER. */
const char *apids_text(const struct apids *apids, uint16_t number);
/* Returns the ApId that most devices have (the first if several have as many); "" if there is none. */
const char *apids_most(const struct apids *apids);

#endif
