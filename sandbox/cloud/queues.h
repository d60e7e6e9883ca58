/* SPDX-License-Identifier: Apache-2.0 */
/* The queues of SQS and their messages. Guarded by the cloud's lock. The queues are kept in sqs.json,
 * messages in memory only. Times: `now` is the monotonic clock, `wall` the real one; both in milliseconds. */
#ifndef SANDBOX_CLOUD_QUEUES_H
#define SANDBOX_CLOUD_QUEUES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "sandbox/cloud/arn.h"

#define QUEUE_RECEIPT_SIZE (ARN_ID_SIZE + 24)

struct queue_message {
    struct queue_message *next;
    char id[ARN_ID_SIZE];
    char *body; /* owned */
    long long sent_wall;
    long long visible_at;        /* monotonic */
    unsigned long long receives; /* so far; part of the receipt */
};

struct queue {
    struct queue *next;
    char *name;        /* owned */
    cJSON *attributes; /* borrowed from the queues' object: texts by name */
    struct queue_message *first, **last;
    size_t count;
};

struct queues {
    char *path; /* owned */
    cJSON *all; /* owned: the attributes of each queue, by name */
    struct queue *first;
    pthread_cond_t sent; /* with the cloud's lock: there may be something to receive */
    bool closing;        /* no one waits any more */
};

void queues_open(struct queues *queues, const char *folder);
void queues_close(struct queues *queues);

/* Borrowed; NULL: there is none. */
struct queue *queues_find(const struct queues *queues, const char *name);
struct queue *queues_add(struct queues *queues, const char *name);
/* Makes a queue that does not exist yet. */
void queues_prepare(struct queues *queues, const char *name);
void queues_remove(struct queues *queues, struct queue *queue);
/* Writes the attributes to disk. */
void queues_changed(struct queues *queues);

/* A numeric attribute; `usual` if it is not set. */
long long queue_number(const struct queue *queue, const char *attribute, long long usual);

/* Borrowed. */
const struct queue_message *queue_send(struct queues *queues, struct queue *queue, const char *body,
                                       size_t length, long long now, long long wall);
/* The first message that is visible, which it then is not until visible_at. NULL: there is none. */
struct queue_message *queue_receive(struct queue *queue, long long now, long long visible_at);
void queue_receipt(const struct queue_message *message, char out[QUEUE_RECEIPT_SIZE]);
/* Deletes the message with that receipt. False: the receipt is not the last one of any message that was
 * received; a message that is gone already counts as deleted. */
bool queue_delete(struct queue *queue, const char *receipt);
size_t queue_hidden(const struct queue *queue, long long now);

#endif
