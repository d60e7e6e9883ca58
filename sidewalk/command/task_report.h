/* SPDX-License-Identifier: Apache-2.0 */
/* Shows an import task in words, as a bar, and as JSON. */
#ifndef SIDEWALK_COMMAND_TASK_REPORT_H
#define SIDEWALK_COMMAND_TASK_REPORT_H

#include <stdio.h>

#include "base/json_writer.h"
#include "sidewalk/command/common.h"
#include "sidewalk/failure_reasons.h"
#include "sidewalk/import_task.h"

/* Returns a few words about the state. */
const char *task_state_words(const struct import_task *task);

unsigned long long task_devices(const struct import_task *task);

/* Draws a bar: # onboarded, ! failed, = pending, . waiting. Every state that has devices gets at least one
 * character. */
void task_bar(const struct import_task *task, int width, struct text *out);

/* Prints all lines; a bar if out is a terminal. */
void task_print(FILE *out, const struct import_task *task);
/* Adds the members to an open object. */
void task_write_members(const struct import_task *task, struct json_writer *json);
/* Writes the whole document. */
void task_write(const struct import_task *task, struct json_writer *json);

/* Appends a duration such as "0:12:04" or "3 days 4:05:06". */
void task_duration(long long ms, struct text *out);

/* Prints why devices failed, which it reads from AWS, and what to do next; with JSON the whole object on one
 * line, event being its first member (NULL: none). For tasks in any state. Returns the exit status:
 * COMMAND_FAILED for FAILED and for failed devices. */
int task_finish(const struct common *common, struct aws_session *session, const struct import_task *task,
                const char *event);

#endif
