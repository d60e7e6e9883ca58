/* SPDX-License-Identifier: Apache-2.0 */
/* What AWS IoT Wireless answers about import tasks, as JSON. Members that are missing or null are NULL or 0,
 * states that are not known are IMPORT_UNKNOWN; but what an answer cannot be without (an id, a state) is an
 * error. Pure functions, any thread. False with a sentence in *why; outputs are untouched then. */
#ifndef SIDEWALK_IMPORT_ANSWER_H
#define SIDEWALK_IMPORT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "sidewalk/import_task.h"

/* Answers longer than that are not read. A page of 250 tasks or devices has some 200 KiB. */
#define IMPORT_ANSWER_MAX ((size_t)16 * 1024 * 1024)

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
