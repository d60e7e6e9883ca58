/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/watchdog.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/memory.h"

#define ROUND_MS 500
#define TRIM_AFTER 1000 /* after this many connections have closed, free memory is returned to the system */

struct watched {
    int socket;
    bool shut;
    atomic_bool may_cut;
    atomic_llong deadline; /* monotonic ms */
    struct watched *next, *previous;
};

struct watchdog {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;
    struct watched list; /* head of a circular list */
    size_t count, most;  /* length of the list; its maximum since memory was last returned */
};

static void shut(struct watched *watched)
{
    if (!watched->shut)
        shutdown(watched->socket, SHUT_RDWR);
    watched->shut = true;
}

static void shut_overdue(struct watchdog *watchdog)
{
    long long now = clock_monotonic_ms();

    for (struct watched *at = watchdog->list.next; at != &watchdog->list; at = at->next)
        if (atomic_load_explicit(&at->deadline, memory_order_relaxed) <= now)
            shut(at);
}

/* The allocator keeps the memory of closed connections, 16 KiB each, until malloc_trim(). */
static bool should_trim(struct watchdog *watchdog)
{
    if (watchdog->count > watchdog->most)
        watchdog->most = watchdog->count;
    if (watchdog->most - watchdog->count < TRIM_AFTER)
        return false;
    watchdog->most = watchdog->count;
    return true;
}

static void *watch(void *argument)
{
    struct watchdog *watchdog = argument;

    pthread_mutex_lock(&watchdog->lock);
    while (!watchdog->stopping) {
        struct timespec next = condition_deadline(ROUND_MS);
        condition_wait(&watchdog->stop, &watchdog->lock, &next);
        shut_overdue(watchdog);
        if (!should_trim(watchdog))
            continue;
        pthread_mutex_unlock(&watchdog->lock);
        malloc_trim(0);
        pthread_mutex_lock(&watchdog->lock);
    }
    pthread_mutex_unlock(&watchdog->lock);
    return NULL;
}

struct watchdog *watchdog_new(void)
{
    struct watchdog *watchdog = memory_new(1, sizeof *watchdog);

    watchdog->list.next = watchdog->list.previous = &watchdog->list;
    pthread_mutex_init(&watchdog->lock, NULL);
    condition_init(&watchdog->stop);
    if (pthread_create(&watchdog->thread, NULL, watch, watchdog) == 0)
        return watchdog;
    free(watchdog);
    return NULL;
}

void watchdog_free(struct watchdog *watchdog)
{
    if (!watchdog)
        return;
    pthread_mutex_lock(&watchdog->lock);
    watchdog->stopping = true;
    pthread_cond_signal(&watchdog->stop);
    pthread_mutex_unlock(&watchdog->lock);
    pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->stop);
    pthread_mutex_destroy(&watchdog->lock);
    free(watchdog);
}

struct watched *watchdog_add(struct watchdog *watchdog, int socket, long long deadline_in_ms)
{
    struct watched *watched = memory_new(1, sizeof *watched);

    watched->socket = socket;
    watchdog_extend(watched, deadline_in_ms);
    pthread_mutex_lock(&watchdog->lock);
    watched->next = watchdog->list.next;
    watched->previous = &watchdog->list;
    watched->next->previous = watched->previous->next = watched;
    watchdog->count++;
    pthread_mutex_unlock(&watchdog->lock);
    return watched;
}

void watchdog_remove(struct watchdog *watchdog, struct watched *watched)
{
    pthread_mutex_lock(&watchdog->lock);
    watched->next->previous = watched->previous;
    watched->previous->next = watched->next;
    watchdog->count--;
    pthread_mutex_unlock(&watchdog->lock);
    free(watched);
}

void watchdog_extend(struct watched *watched, long long deadline_in_ms)
{
    atomic_store_explicit(&watched->deadline, clock_monotonic_ms() + deadline_in_ms, memory_order_relaxed);
}

void watchdog_may_cut(struct watched *watched, bool may)
{
    atomic_store_explicit(&watched->may_cut, may, memory_order_relaxed);
}

void watchdog_cut(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    for (struct watched *at = watchdog->list.next; at != &watchdog->list; at = at->next)
        if (atomic_load_explicit(&at->may_cut, memory_order_relaxed))
            shut(at);
    pthread_mutex_unlock(&watchdog->lock);
}
