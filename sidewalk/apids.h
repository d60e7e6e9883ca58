/* SPDX-License-Identifier: Apache-2.0 */
/* The ApIds (advertised product ids) of a batch, and how many devices have each. A batch has one, so the few
 * others are mistakes; memory is bounded by numbering only so many of them. One thread. */
#ifndef SIDEWALK_APIDS_H
#define SIDEWALK_APIDS_H

#include <stddef.h>
#include <stdint.h>

#define APID_SIZE 65
#define APIDS_MAX 4096
#define APID_OTHER 0 /* the number of all that had no place any more */

struct apid {
    char text[APID_SIZE];
    unsigned long long devices;
};

struct apids {
    struct apid *known; /* owned; from 1 */
    size_t count;
    uint16_t *places; /* owned */
};

void apids_init(struct apids *apids);
void apids_fini(struct apids *apids);
/* Counts a device. text: at most APID_SIZE - 1 bytes without a NUL. */
uint16_t apids_count(struct apids *apids, const char *text);
/* Borrowed; "" for APID_OTHER. */
const char *apids_text(const struct apids *apids, uint16_t number);
/* The one that most devices have (the first of equals), "" where there is none. */
const char *apids_most(const struct apids *apids);

#endif
