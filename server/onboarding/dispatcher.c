/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/dispatcher.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/onboarding/lane.h"

#define READY_WAIT_MS 10000
#define STEP_MS 1000 /* a step is taken at least so often */
#define STOP_WAIT_MS 2000
#define FORGET_MAX 256

struct dispatcher {
    struct dispatcher_options options;
    pthread_t thread;
    struct lane **lanes;
    size_t lane_count;
    long long started; /* monotonic ms */
    bool ready;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken, look, reconnect, stopping;
    long long forget[FORGET_MAX];
    size_t forget_count;
};

static void wake_thread(void *context)
{
    struct dispatcher *dispatcher = context;

    pthread_mutex_lock(&dispatcher->lock);
    bool asleep = !dispatcher->woken;
    dispatcher->woken = true;
    if (asleep)
        pthread_cond_signal(&dispatcher->changed);
    pthread_mutex_unlock(&dispatcher->lock);
}

void dispatcher_wake(struct dispatcher *dispatcher)
{
    pthread_mutex_lock(&dispatcher->lock);
    bool asleep = !dispatcher->woken;
    dispatcher->woken = dispatcher->look = true;
    if (asleep)
        pthread_cond_signal(&dispatcher->changed);
    pthread_mutex_unlock(&dispatcher->lock);
}

void dispatcher_reconnect(struct dispatcher *dispatcher)
{
    pthread_mutex_lock(&dispatcher->lock);
    dispatcher->reconnect = true;
    pthread_mutex_unlock(&dispatcher->lock);
    wake_thread(dispatcher);
}

void dispatcher_forget(struct dispatcher *dispatcher, long long claim_id)
{
    pthread_mutex_lock(&dispatcher->lock);
    /* Where there is no room, the claim is published once more than needed: harmless. */
    if (dispatcher->forget_count < FORGET_MAX)
        dispatcher->forget[dispatcher->forget_count++] = claim_id;
    pthread_mutex_unlock(&dispatcher->lock);
    wake_thread(dispatcher);
}

static bool is_ready(struct dispatcher *dispatcher)
{
    if (dispatcher->ready)
        return true;
    bool late = clock_monotonic_ms() - dispatcher->started > READY_WAIT_MS;
    bool heard = !dispatcher->options.ready || dispatcher->options.ready(dispatcher->options.context);
    if (late && !heard)
        log_event(
            LOG_WARN, "dispatcher.publishing_unheard", "reason",
            "an OEM account cannot be observed; devices that arrived meanwhile may be published to again",
            NULL);
    dispatcher->ready = late || heard;
    return dispatcher->ready;
}

/* Under the lock: sleeps until woken or for wait_ms; hands over what other threads left. */
static void sleep_until(struct dispatcher *dispatcher, long long wait_ms)
{
    struct timespec until = condition_deadline(wait_ms);

    while (!dispatcher->woken && !dispatcher->stopping && wait_ms > 0)
        if (!condition_wait(&dispatcher->changed, &dispatcher->lock, &until))
            break;
    dispatcher->woken = false;
}

static void step_all(struct dispatcher *dispatcher, bool look, const long long *forget, size_t forget_count,
                     long long *wait)
{
    bool ready = is_ready(dispatcher);

    *wait = ready ? STEP_MS : 50;
    for (size_t i = 0; i < dispatcher->lane_count; i++) {
        struct lane *lane = dispatcher->lanes[i];
        for (size_t j = 0; j < forget_count; j++)
            lane_forget(lane, forget[j]);
        if (look)
            lane_look(lane);
        long long more = lane_step(lane, ready);
        *wait = more < *wait ? more : *wait;
    }
}

static void settle_all(struct dispatcher *dispatcher)
{
    const struct timespec moment = {0, 1000000};
    long long end = clock_monotonic_ms() + STOP_WAIT_MS;

    for (size_t i = 0; i < dispatcher->lane_count; i++)
        while (!lane_settle(dispatcher->lanes[i], clock_monotonic_ms() < end))
            nanosleep(&moment, NULL);
}

static void *dispatch(void *argument)
{
    struct dispatcher *dispatcher = argument;
    long long forget[FORGET_MAX], wait = 0;

    for (;;) {
        pthread_mutex_lock(&dispatcher->lock);
        sleep_until(dispatcher, wait);
        bool look = dispatcher->look, stopping = dispatcher->stopping;
        size_t forget_count = dispatcher->forget_count;
        for (size_t i = 0; i < forget_count; i++)
            forget[i] = dispatcher->forget[i];
        bool reconnect = dispatcher->reconnect;
        dispatcher->look = dispatcher->reconnect = false;
        dispatcher->forget_count = 0;
        pthread_mutex_unlock(&dispatcher->lock);
        if (stopping)
            break;
        for (size_t i = 0; i < dispatcher->lane_count && reconnect; i++)
            lane_reconnect(dispatcher->lanes[i]);
        step_all(dispatcher, look, forget, forget_count, &wait);
    }
    settle_all(dispatcher);
    return NULL;
}

static bool make_lanes(struct dispatcher *dispatcher, struct text *why)
{
    const struct claim_settings *settings = dispatcher->options.settings;

    dispatcher->lanes = memory_new(settings->staging_count, sizeof *dispatcher->lanes);
    for (size_t i = 0; i < settings->staging_count; i++) {
        struct lane_options options = {
            .account = &settings->staging[i],
            .settings = settings,
            .store = dispatcher->options.store,
            .wake = wake_thread,
            .context = dispatcher,
        };
        struct lane *lane = lane_new(&options, why);
        if (!lane)
            return false;
        dispatcher->lanes[dispatcher->lane_count++] = lane;
    }
    return true;
}

void dispatcher_free(struct dispatcher *dispatcher)
{
    if (!dispatcher)
        return;
    for (size_t i = 0; i < dispatcher->lane_count; i++)
        lane_free(dispatcher->lanes[i]);
    free(dispatcher->lanes);
    pthread_cond_destroy(&dispatcher->changed);
    pthread_mutex_destroy(&dispatcher->lock);
    free(dispatcher);
}

struct dispatcher *dispatcher_start(const struct dispatcher_options *options, struct text *why)
{
    struct dispatcher *dispatcher = memory_new(1, sizeof *dispatcher);

    dispatcher->options = *options;
    dispatcher->started = clock_monotonic_ms();
    pthread_mutex_init(&dispatcher->lock, NULL);
    condition_init(&dispatcher->changed);
    if (make_lanes(dispatcher, why) && pthread_create(&dispatcher->thread, NULL, dispatch, dispatcher) == 0)
        return dispatcher;
    dispatcher_free(dispatcher);
    return NULL;
}

void dispatcher_stop(struct dispatcher *dispatcher)
{
    pthread_mutex_lock(&dispatcher->lock);
    dispatcher->stopping = true;
    pthread_cond_signal(&dispatcher->changed);
    pthread_mutex_unlock(&dispatcher->lock);
    pthread_join(dispatcher->thread, NULL);
}

size_t dispatcher_lane_count(const struct dispatcher *dispatcher)
{
    return dispatcher->lane_count;
}

void dispatcher_stats(struct dispatcher *dispatcher, size_t lane, struct dispatcher_stats *out)
{
    lane_stats(dispatcher->lanes[lane], out);
}
