/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/waiting.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "server/store/crowding.h"

#define CROWDED_MAX 20000

/* What one reading gave. */
struct view {
    struct queue_length queue;
    struct network_row crowded[CROWDED_MAX]; /* by network */
    size_t count;
};

struct waiting {
    long long open_max;
    const char **stagings; /* names of the staging accounts */
    size_t staging_count;
    pthread_mutex_t lock;
    struct view *shown, *next; /* next is the reader's */
};

struct waiting *waiting_new(const struct claim_settings *settings, long long open_max)
{
    struct waiting *waiting = memory_new(1, sizeof *waiting);

    waiting->staging_count = settings->staging_count;
    waiting->stagings = memory_new(settings->staging_count, sizeof *waiting->stagings);
    for (size_t i = 0; i < settings->staging_count; i++)
        waiting->stagings[i] = settings->staging[i].name;

    waiting->open_max = open_max ? open_max : LLONG_MAX;
    waiting->shown = memory_new(1, sizeof *waiting->shown);
    waiting->next = memory_new(1, sizeof *waiting->next);
    pthread_mutex_init(&waiting->lock, NULL);
    return waiting;
}

void waiting_free(struct waiting *waiting)
{
    if (!waiting)
        return;
    pthread_mutex_destroy(&waiting->lock);
    free(waiting->stagings);
    free(waiting->shown);
    free(waiting->next);
    free(waiting);
}

enum store_error waiting_read(struct store_tx *tx, void *argument)
{
    struct waiting *waiting = argument;
    struct view *view = waiting->next;
    enum store_error error = crowding_queue(tx, waiting->stagings, waiting->staging_count, &view->queue);

    if (!error)
        error = crowding_list(tx, waiting->stagings, waiting->staging_count, waiting->open_max, view->crowded,
                              CROWDED_MAX, &view->count);
    if (error)
        return error;
    pthread_mutex_lock(&waiting->lock);
    waiting->next = waiting->shown;
    waiting->shown = view;
    pthread_mutex_unlock(&waiting->lock);
    return STORE_OK;
}

static int by_network(const void *left, const void *right)
{
    const struct network_row *a = left, *b = right;

    return a->network < b->network ? -1 : a->network > b->network;
}

/* Under the lock. */
static const struct network_row *find(const struct waiting *waiting, long long network)
{
    const struct network_row wanted = {.network = network};
    const struct view *view = waiting->shown;

    return bsearch(&wanted, view->crowded, view->count, sizeof wanted, by_network);
}

bool waiting_is_full(struct waiting *waiting, long long network)
{
    pthread_mutex_lock(&waiting->lock);
    const struct network_row *row = find(waiting, network);
    bool full = row && row->open >= waiting->open_max;
    pthread_mutex_unlock(&waiting->lock);
    return full;
}

/* How much of the time from `from` to `to` is over at `at`: 0 to 1. */
static double part_of(long long from, long long to, long long at)
{
    if (at <= from)
        return 0;
    return at < to ? (double)(at - from) / (double)(to - from) : 1;
}

/* First messages are sent in the order in which claims were accepted: the part of the queue that is before
 * this one. Many may have come at once, so each half is looked at by itself. */
static long long share_of(const struct queue_length *queue, long long accepted_at)
{
    double halves =
        part_of(queue->since, queue->middle, accepted_at) + part_of(queue->middle, queue->until, accepted_at);

    return (long long)((double)queue->ms * halves / 2);
}

long long waiting_ms(struct waiting *waiting, const struct registration *registration)
{
    if (registration->state != CLAIM_QUEUED || registration->attempts > 0)
        return 0;
    pthread_mutex_lock(&waiting->lock);
    const struct network_row *row = find(waiting, registration->network);
    long long ms = row && row->waiting ? 0 : share_of(&waiting->shown->queue, registration->accepted_at);
    pthread_mutex_unlock(&waiting->lock);
    return ms;
}
