/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded queue of entries and the threads that complete them. Private to server/identity/. Any thread. */
#ifndef SERVER_IDENTITY_ENTRY_QUEUE_H
#define SERVER_IDENTITY_ENTRY_QUEUE_H

#include <stdbool.h>

#include "server/identity/entry.h"

#define ENTRY_QUEUE_MAX 64
#define ENTRY_WAIT_MAX_MS 8000 /* whoever has waited for longer is told that it does not work now */

struct entry_queue;

/* complete() sets the entry's result; it is not called for an entry that has waited too long. NULL: a thread
 * cannot be started. */
struct entry_queue *entry_queue_start(unsigned threads,
                                      void (*complete)(void *context, struct identity_entry *entry),
                                      void *context);
/* Completes what waits. NULL is allowed. */
void entry_queue_stop(struct entry_queue *queue);
bool entry_queue_add(struct entry_queue *queue, struct identity_entry *entry);

#endif
