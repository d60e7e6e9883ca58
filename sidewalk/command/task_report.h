/* SPDX-License-Identifier: Apache-2.0 */
/* An import task in words, as a bar, and as JSON. */
#ifndef SIDEWALK_COMMAND_TASK_REPORT_H
#define SIDEWALK_COMMAND_TASK_REPORT_H

#include <stdio.h>

#include "base/json_writer.h"
#include "sidewalk/command/common.h"
#include "sidewalk/failure_reasons.h"
#include "sidewalk/import_task.h"

/* What the state means, in a few words. */
const char *task_state_words(const struct import_task *task);

unsigned long long task_devices(const struct import_task *task);

/* One character a part: # onboarded, ! failed, = pending, . waiting. Every state that has devices is seen. */
void task_bar(const struct import_task *task, int width, struct text *out);

/* Lines about all of it; a bar where out is a terminal. */
void task_print(FILE *out, const struct import_task *task);
/* Adds the members to an object that is begun. */
void task_write_members(const struct import_task *task, struct json_writer *json);
/* The whole document. */
void task_write(const struct import_task *task, struct json_writer *json);

/* "0:12:04", "3 days 4:05:06". */
void task_duration(long long ms, struct text *out);

/* For a task that has ended, or not: prints why devices failed, asking AWS for them, and says what to do;
 * with JSON the whole object on one line, event being its first member (NULL: none). The exit status:
 * COMMAND_FAILED for FAILED and for failed devices. */
int task_finish(const struct common *common, struct aws_session *session, const struct import_task *task,
                const char *event);

#endif
