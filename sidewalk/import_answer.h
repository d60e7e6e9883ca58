/* SPDX-License-Identifier: Apache-2.0 */
/* What AWS IoT Wireless answers about import tasks, as JSON. Members that are missing or null are NULL or 0,
 * states that are not known are IMPORT_UNKNOWN; but what an answer cannot be without (an id, a state) is an
 * error. Pure functions, any thread. False with a sentence in *why; outputs are untouched then. */
#ifndef SIDEWALK_IMPORT_ANSWER_H
#define SIDEWALK_IMPORT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Answers longer than that are not read. A page of 250 tasks or devices has some 200 KiB. */
#define IMPORT_ANSWER_MAX ((size_t)16 * 1024 * 1024)

enum import_state {
    IMPORT_INITIALIZING,
    IMPORT_INITIALIZED, /* waits for the control log */
    IMPORT_PENDING,     /* devices are being made: can be neither updated nor deleted */
    IMPORT_COMPLETE,    /* not success: see failed */
    IMPORT_FAILED,
    IMPORT_DELETING,
    IMPORT_UNKNOWN, /* a state that this program does not know */
};
const char *import_state_name(enum import_state state); /* as AWS writes it */
enum import_state import_state_parse(const char *name);

struct import_task {                              /* texts owned; finished with import_task_fini() */
    char *id, *arn, *destination, *role, *reason; /* NULL: AWS does not say */
    char *created;                                /* RFC 3339 */
    char *state_text;                             /* as AWS says it */
    char **files;
    size_t file_count;
    enum import_state state;
    unsigned long long initialized, pending, onboarded, failed; /* devices */
};
void import_task_fini(struct import_task *task);
/* True in states that nothing will change any more. */
bool import_task_has_ended(const struct import_task *task);

struct imported_device { /* borrowed during the call */
    const char *smsn, *status, *reason, *updated;
};
/* Of starting: owned texts. arn may be NULL. */
bool import_answer_started(const char *json, size_t length, char **id, char **arn, struct text *why);
bool import_answer_task(const char *json, size_t length, struct import_task *out, struct text *why);

/* A page, and the token of the next one (owned; NULL: it is the last). *enough: each() said so. */
bool import_answer_tasks(const char *json, size_t length,
                         bool (*each)(void *context, const struct import_task *task), void *context,
                         char **next, bool *enough, struct text *why);
bool import_answer_devices(const char *json, size_t length,
                           bool (*each)(void *context, const struct imported_device *device), void *context,
                           char **next, bool *enough, struct text *why);

#endif
