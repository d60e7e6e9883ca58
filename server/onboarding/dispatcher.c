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
#define READY_STEP_MS 50
#define STEP_MS 1000 /* a step is taken at least so often */
#define STOP_WAIT_MS 2000
#define FORGET_MAX 256

/* A staging account. */
struct place {
    struct lane *lane;
    long long term, since; /* it leads in this term since then, monotonic */
    bool ready;            /* events of the time before were heard */
};

struct dispatcher {
    struct dispatcher_options options;
    pthread_t thread;
    struct place *places;
    size_t lane_count;

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

static bool is_ready(struct dispatcher *dispatcher, struct place *place)
{
    long long now = clock_monotonic_ms(), term = lane_follow_lead(place->lane);

    if (term && term != place->term) {
        place->term = term;
        place->since = now;
        place->ready = false;
    }
    if (!term || place->ready)
        return term != 0;
    bool late = now - place->since > READY_WAIT_MS;
    bool heard = !dispatcher->options.ready || dispatcher->options.ready(dispatcher->options.context);
    if (late && !heard)
        log_event(
            LOG_WARN, "dispatcher.publishing_unheard", "reason",
            "an OEM account cannot be observed; devices that arrived meanwhile may be published to again",
            NULL);
    place->ready = late || heard;
    return place->ready;
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
    *wait = STEP_MS;
    for (size_t i = 0; i < dispatcher->lane_count; i++) {
        struct place *place = &dispatcher->places[i];
        struct lane *lane = place->lane;
        bool ready = is_ready(dispatcher, place);
        for (size_t j = 0; j < forget_count; j++)
            lane_forget(lane, forget[j]);
        if (look)
            lane_look(lane);
        long long more = lane_step(lane, ready);
        if (!ready && place->term && !place->ready && more > READY_STEP_MS)
            more = READY_STEP_MS;
        *wait = more < *wait ? more : *wait;
    }
}

static void settle_all(struct dispatcher *dispatcher)
{
    const struct timespec moment = {0, 1000000};
    long long end = clock_monotonic_ms() + STOP_WAIT_MS;

    for (size_t i = 0; i < dispatcher->lane_count; i++)
        while (!lane_settle(dispatcher->places[i].lane, clock_monotonic_ms() < end))
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
            lane_reconnect(dispatcher->places[i].lane);
        step_all(dispatcher, look, forget, forget_count, &wait);
    }
    settle_all(dispatcher);
    return NULL;
}

static bool make_lanes(struct dispatcher *dispatcher, struct text *why)
{
    const struct claim_settings *settings = dispatcher->options.settings;

    dispatcher->places = memory_new(settings->staging_count, sizeof *dispatcher->places);
    for (size_t i = 0; i < settings->staging_count; i++) {
        struct lane_options options = {
            .account = &settings->staging[i],
            .settings = settings,
            .store = dispatcher->options.store,
            .post = leadership_staging(dispatcher->options.leadership, i),
            .wake = wake_thread,
            .context = dispatcher,
        };
        struct lane *lane = lane_new(&options, why);
        if (!lane)
            return false;
        dispatcher->places[dispatcher->lane_count++].lane = lane;
    }
    return true;
}

void dispatcher_free(struct dispatcher *dispatcher)
{
    if (!dispatcher)
        return;
    leadership_listen_no_more(dispatcher->options.leadership, dispatcher);
    for (size_t i = 0; i < dispatcher->lane_count; i++)
        lane_free(dispatcher->places[i].lane);
    free(dispatcher->places);
    pthread_cond_destroy(&dispatcher->changed);
    pthread_mutex_destroy(&dispatcher->lock);
    free(dispatcher);
}

struct dispatcher *dispatcher_start(const struct dispatcher_options *options, struct text *why)
{
    struct dispatcher *dispatcher = memory_new(1, sizeof *dispatcher);

    dispatcher->options = *options;
    pthread_mutex_init(&dispatcher->lock, NULL);
    condition_init(&dispatcher->changed);
    leadership_listen(options->leadership, wake_thread, dispatcher);
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
    lane_stats(dispatcher->places[lane].lane, out);
}
