/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the JSON answers of AWS IoT Wireless about import tasks. Members that are missing or null become
 * NULL or 0, and unknown states IMPORT_UNKNOWN; but a missing required member (an id, a state) is an error.
 * Pure functions, any thread. On error they return false with a sentence in *why and leave outputs
 * untouched. */
#ifndef SIDEWALK_IMPORT_ANSWER_H
#define SIDEWALK_IMPORT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Longer answers are not read. A page of 250 tasks or devices has about 200 KiB. */
#define IMPORT_ANSWER_MAX ((size_t)16 * 1024 * 1024)

enum import_state {
    IMPORT_INITIALIZING,
    IMPORT_INITIALIZED, /* waiting for the control log */
    IMPORT_PENDING,     /* devices are being created: no update or deletion is possible */
    IMPORT_COMPLETE,    /* not always success: see failed */
    IMPORT_FAILED,
    IMPORT_DELETING,
    IMPORT_UNKNOWN, /* a state that is not known here */
};
const char *import_state_name(enum import_state state); /* AWS's name */
enum import_state import_state_parse(const char *name);

struct import_task {                              /* strings are owned; free with import_task_fini() */
    char *id, *arn, *destination, *role, *reason; /* NULL: not in the answer */
    char *created;                                /* RFC 3339 */
    char *state_text;                             /* AWS's name */
    char **files;
    size_t file_count;
    enum import_state state;
    unsigned long long initialized, pending, onboarded, failed; /* numbers of devices */
};
void import_task_fini(struct import_task *task);
/* Returns true if the state is final. */
bool import_task_has_ended(const struct import_task *task);

struct imported_device { /* borrowed during the call */
    const char *smsn, *status, *reason, *updated;
};
/* The answer to a start: the strings are owned. arn may be NULL. */
bool import_answer_started(const char *json, size_t length, char **id, char **arn, struct text *why);
bool import_answer_task(const char *json, size_t length, struct import_task *out, struct text *why);

/* Parse one page. *next: the token of the next page (owned; NULL: this is the last). *enough: each() returned
 * false. */
bool import_answer_tasks(const char *json, size_t length,
                         bool (*each)(void *context, const struct import_task *task), void *context,
                         char **next, bool *enough, struct text *why);
bool import_answer_devices(const char *json, size_t length,
                           bool (*each)(void *context, const struct imported_device *device), void *context,
                           char **next, bool *enough, struct text *why);

#endif
