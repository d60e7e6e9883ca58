/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/entry_queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define THREADS_MAX 4

struct entry_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct identity_entry *first, **last;
    size_t count;
    bool stopping;
    void (*complete)(void *context, struct identity_entry *entry);
    void *context;
    pthread_t threads[THREADS_MAX];
    unsigned thread_count;
};

/* NULL: it stops. */
static struct identity_entry *next_entry(struct entry_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    while (!queue->first && !queue->stopping)
        pthread_cond_wait(&queue->changed, &queue->lock);
    struct identity_entry *entry = queue->first;
    if (entry) {
        queue->first = entry->next;
        queue->last = queue->first ? queue->last : &queue->first;
        queue->count--;
    }
    pthread_mutex_unlock(&queue->lock);
    return entry;
}

static void *run(void *argument)
{
    struct entry_queue *queue = argument;
    struct identity_entry *entry;

    while ((entry = next_entry(queue))) {
        entry->result = IDENTITY_UNAVAILABLE;
        if (clock_monotonic_ms() - entry->since <= ENTRY_WAIT_MAX_MS)
            queue->complete(queue->context, entry);
        entry->done(entry->context);
    }
    return NULL;
}

struct entry_queue *entry_queue_start(unsigned threads,
                                      void (*complete)(void *context, struct identity_entry *entry),
                                      void *context)
{
    struct entry_queue *queue = memory_new(1, sizeof *queue);

    queue->complete = complete;
    queue->context = context;
    queue->last = &queue->first;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->changed, NULL);
    for (; queue->thread_count < threads && queue->thread_count < THREADS_MAX; queue->thread_count++)
        if (pthread_create(&queue->threads[queue->thread_count], NULL, run, queue) != 0)
            break;
    if (queue->thread_count == threads)
        return queue;
    entry_queue_stop(queue);
    return NULL;
}

void entry_queue_stop(struct entry_queue *queue)
{
    if (!queue)
        return;
    pthread_mutex_lock(&queue->lock);
    queue->stopping = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    for (unsigned i = 0; i < queue->thread_count; i++)
        pthread_join(queue->threads[i], NULL);
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

bool entry_queue_add(struct entry_queue *queue, struct identity_entry *entry)
{
    pthread_mutex_lock(&queue->lock);
    bool has_room = queue->count < ENTRY_QUEUE_MAX && !queue->stopping;
    if (has_room) {
        entry->since = clock_monotonic_ms();
        entry->next = NULL;
        *queue->last = entry;
        queue->last = &entry->next;
        queue->count++;
        pthread_cond_signal(&queue->changed);
    }
    pthread_mutex_unlock(&queue->lock);
    return has_room;
}
