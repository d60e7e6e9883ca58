/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/pacer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/condition.h"
#include "base/memory.h"

#define STEP_US(ms) ((ms)*1000)

struct held {
    struct held *next;
    struct http_work *work;
    unsigned result;
    long long due_us;
};

struct pacer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct held *first; /* the one that is due first */
    long long step_us;
    bool stops;
};

long long pacer_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Under the lock: takes what is due, or waits for it. NULL: there is nothing left, and there will be nothing
 * more. */
static struct held *next(struct pacer *pacer)
{
    while (pacer->first || !pacer->stops) {
        struct held *first = pacer->first;
        long long now = pacer_now_us();
        if (first && (pacer->stops || first->due_us <= now)) {
            pacer->first = first->next;
            return first;
        }
        if (!first) {
            pthread_cond_wait(&pacer->changed, &pacer->lock);
            continue;
        }
        const struct timespec until = {first->due_us / 1000000, first->due_us % 1000000 * 1000};
        pthread_cond_timedwait(&pacer->changed, &pacer->lock, &until);
    }
    return NULL;
}

static void *run(void *argument)
{
    struct pacer *pacer = argument;
    struct held *held;

    pthread_mutex_lock(&pacer->lock);
    while ((held = next(pacer)) != NULL) {
        pthread_mutex_unlock(&pacer->lock);
        http_work_done(held->work, held->result);
        free(held);
        pthread_mutex_lock(&pacer->lock);
    }
    pthread_mutex_unlock(&pacer->lock);
    return NULL;
}

struct pacer *pacer_start(long long step_ms)
{
    struct pacer *pacer = memory_new(1, sizeof *pacer);

    pacer->step_us = STEP_US(step_ms);
    pthread_mutex_init(&pacer->lock, NULL);
    condition_init(&pacer->changed);
    if (pthread_create(&pacer->thread, NULL, run, pacer) == 0)
        return pacer;
    pthread_cond_destroy(&pacer->changed);
    pthread_mutex_destroy(&pacer->lock);
    free(pacer);
    return NULL;
}

void pacer_stop(struct pacer *pacer)
{
    if (!pacer)
        return;
    pthread_mutex_lock(&pacer->lock);
    pacer->stops = true;
    pthread_cond_signal(&pacer->changed);
    pthread_mutex_unlock(&pacer->lock);
    pthread_join(pacer->thread, NULL);
    pthread_cond_destroy(&pacer->changed);
    pthread_mutex_destroy(&pacer->lock);
    free(pacer);
}

void pacer_done(struct pacer *pacer, struct http_work *work, unsigned result, long long came_us)
{
    struct held *held = memory_new(1, sizeof *held);
    long long took = pacer_now_us() - came_us;
    struct held **place = &pacer->first;

    *held = (struct held){
        .work = work, .result = result, .due_us = came_us + (took / pacer->step_us + 1) * pacer->step_us};
    pthread_mutex_lock(&pacer->lock);
    while (*place && (*place)->due_us <= held->due_us)
        place = &(*place)->next;
    held->next = *place;
    *place = held;
    if (pacer->first == held)
        pthread_cond_signal(&pacer->changed);
    pthread_mutex_unlock(&pacer->lock);
}
