/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a batch of devices on several threads, and writes their list and their control log. */
#ifndef SANDBOX_FACTORY_H
#define SANDBOX_FACTORY_H

#include <stdbool.h>

#include "sandbox/factory_log.h"

#define FACTORY_THREADS_MAX 16

struct factory_settings {
    const char *folder; /* exists; with each, control-logs in it too */
    const char *seed, *apid;
    const struct factory_log *layout;
    unsigned long long devices;
    long threads;    /* 1 to FACTORY_THREADS_MAX */
    bool each, fast; /* a log for each device; the same keys for all */
};

/* Writes devices.csv, and control-log.json or control-logs/SMSN.json. Reports errors and progress on standard
 * error. Returns false if they are not all written. */
bool factory_write(const struct factory_settings *settings);

#endif
