/* SPDX-License-Identifier: Apache-2.0 */
/* Import tasks and their progress. Nothing runs in the background: a task's state follows from its events and
 * the simulated time, so it is the same after a kill. Guarded by the cloud's lock; kept in imports/, with a
 * JSON file per task and a copy of each list that was read.
 *
 *   INITIALIZING -> its list was read -> INITIALIZED -> a control log has one of its devices -> PENDING
 *   -> all of these done: INITIALIZED if others still wait, else COMPLETE */
#ifndef SANDBOX_CLOUD_IMPORTS_H
#define SANDBOX_CLOUD_IMPORTS_H

#include "sandbox/cloud/bucket.h"
#include "sandbox/cloud/calendar.h"
#include "sandbox/cloud/faults.h"
#include "sandbox/cloud/import_devices.h"

enum task_state {
    TASK_INITIALIZING,
    TASK_INITIALIZED,
    TASK_PENDING,
    TASK_COMPLETE,
    TASK_FAILED,
    TASK_DELETING
};
enum device_state { DEVICE_INITIALIZED, DEVICE_PENDING, DEVICE_ONBOARDED, DEVICE_FAILED, DEVICE_STATES };
const char *task_state_name(enum task_state state);
const char *device_state_name(enum device_state state);

struct import_file {
    char *url, *problem; /* owned; problem NULL: none */
    long long added_ms;
    long long read_ms; /* 0: not yet */
};

struct import { /* strings are owned; NULL if not given */
    char *id, *destination, *role, *name, *single, *positioning;
    char *token, *fingerprint; /* ClientRequestToken, and the request that it was used for */
    char *failure;             /* why the task failed */
    unsigned long long number; /* in the order of the starts */
    long long created_ms, deleted_ms;
    struct import_file *files;
    size_t file_count;
    struct import_devices devices;
};

struct imports {
    char *folder; /* owned */
    struct import **all;
    size_t count;
    unsigned long long last_number;
    long long pace_ms; /* simulated: the duration of a state that waits for nothing else */
    const struct calendar *calendar;
    struct buckets *buckets;
    struct deliveries *deliveries;
    const struct faults *faults;
};

/* The caller sets all members except folder; they are borrowed. */
void imports_open(struct imports *imports, const char *folder);
void imports_close(struct imports *imports);

/* Reads lists that are due, and removes deleted tasks. Call before other functions. */
void imports_advance(struct imports *imports);

/* given: strings are taken over; id, number and times are set here. url NULL: a single device. The result is
 * borrowed. */
struct import *imports_start(struct imports *imports, const struct import *given, const char *url);
struct import *imports_find(const struct imports *imports, const char *id);
struct import *imports_with_token(const struct imports *imports, const char *token);
void imports_add_file(struct imports *imports, struct import *import, const char *url);
void imports_delete(struct imports *imports, struct import *import);

/* counts: number of devices by state. */
enum task_state imports_state(const struct imports *imports, const struct import *import,
                              unsigned long long counts[DEVICE_STATES]);
/* reason: NULL if there is none; borrowed. */
enum device_state imports_device(const struct imports *imports, const struct import *import, size_t index,
                                 const char **reason, long long *updated_ms);
/* Appends the StatusReason; nothing if there is none. */
void imports_reason(const struct import *import, struct text *out);

#endif
