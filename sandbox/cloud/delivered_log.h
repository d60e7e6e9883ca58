/* SPDX-License-Identifier: Apache-2.0 */
/* Reads control logs of any length as a stream: {"controlLogs":[ENTRY, ...]}. Independent of the reader of
 * the check (sidewalk/), so that each can reveal the other's mistakes. */
#ifndef SANDBOX_CLOUD_DELIVERED_LOG_H
#define SANDBOX_CLOUD_DELIVERED_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "sidewalk/smsn.h"

struct delivered_log_entry {
    struct smsn smsn;
    const char *apid; /* borrowed during the call */
};

struct delivered_log;
struct delivered_log *delivered_log_new(void (*entry)(void *context, const struct delivered_log_entry *entry),
                                        void *context);
void delivered_log_free(struct delivered_log *log);

/* Returns false after the first mistake; entries before it count. */
bool delivered_log_add(struct delivered_log *log, const char *bytes, size_t length);
/* Call at the end. Returns false with a sentence in *why if the log was cut off or had a mistake. */
bool delivered_log_end(const struct delivered_log *log, struct text *why);
/* Returns the number of entries without a valid serial number. */
unsigned long long delivered_log_unusable(const struct delivered_log *log);

/* Parses 64 hex digits in any case. */
bool delivered_log_smsn(const char *text, size_t length, struct smsn *out);

#endif
