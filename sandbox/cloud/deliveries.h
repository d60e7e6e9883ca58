/* SPDX-License-Identifier: Apache-2.0 */
/* The devices that the factory reported in control logs. Guarded by the cloud's lock; kept in
 * deliveries.jsonl. */
#ifndef SANDBOX_CLOUD_DELIVERIES_H
#define SANDBOX_CLOUD_DELIVERIES_H

#include <stdbool.h>
#include <stdio.h>

#include "sidewalk/smsn.h"

#define DELIVERY_APID_SIZE 65

struct delivery {
    struct smsn smsn;
    char apid[DELIVERY_APID_SIZE];
    long long at_ms; /* simulated time */
    bool supported;  /* a profile had factory support for it at that time */
    struct delivery *next;
};

struct deliveries {
    struct delivery **buckets; /* owned */
    size_t bucket_count, count;
    char *path; /* owned */
    FILE *file;
};

void deliveries_open(struct deliveries *deliveries, const char *folder);
void deliveries_close(struct deliveries *deliveries);

/* Returns NULL if the device was not reported. The result stays valid until deliveries_close(). */
const struct delivery *deliveries_find(const struct deliveries *deliveries, const struct smsn *smsn);
/* Only the first report of a device counts. Returns false if there was one already. */
bool deliveries_add(struct deliveries *deliveries, const struct smsn *smsn, const char *apid, long long at_ms,
                    bool supported);
/* Flushes to the operating system, after a log. */
void deliveries_flush(struct deliveries *deliveries);

#endif
