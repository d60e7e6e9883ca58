/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/watcher.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/onboarding/observer.h"

#define STEP_MS 1000
#define STOP_WAIT_MS 5000

struct watcher {
    struct watcher_options options;
    pthread_t thread;
    struct observer **observers; /* by endpoint; NULL: not observed */
    size_t count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken;
    atomic_bool stopping;
};

static void wake(void *context)
{
    struct watcher *watcher = context;

    pthread_mutex_lock(&watcher->lock);
    if (!watcher->woken)
        pthread_cond_signal(&watcher->changed);
    watcher->woken = true;
    pthread_mutex_unlock(&watcher->lock);
}

static long long step_all(struct watcher *watcher)
{
    long long wait = STEP_MS;

    for (size_t i = 0; i < watcher->count; i++) {
        if (!watcher->observers[i])
            continue;
        long long more = observer_step(watcher->observers[i]);
        wait = more < wait ? more : wait;
    }
    return wait;
}

static void sleep_until_woken(struct watcher *watcher, long long wait_ms)
{
    struct timespec until = condition_deadline(wait_ms);

    pthread_mutex_lock(&watcher->lock);
    while (!watcher->woken && wait_ms > 0)
        if (!condition_wait(&watcher->changed, &watcher->lock, &until))
            break;
    watcher->woken = false;
    pthread_mutex_unlock(&watcher->lock);
}

static bool all_idle(struct watcher *watcher)
{
    for (size_t i = 0; i < watcher->count; i++)
        if (watcher->observers[i] && !observer_is_idle(watcher->observers[i]))
            return false;
    return true;
}

/* First no more events, then those that are queued. A job that the store has not answered is waited for
 * without limit: it is ours. */
static void settle(struct watcher *watcher)
{
    long long end = clock_monotonic_ms() + STOP_WAIT_MS;

    for (size_t i = 0; i < watcher->count; i++)
        if (watcher->observers[i])
            observer_pause(watcher->observers[i]);
    while (!all_idle(watcher)) {
        if (clock_monotonic_ms() > end)
            for (size_t i = 0; i < watcher->count; i++)
                if (watcher->observers[i])
                    observer_give_up(watcher->observers[i]);
        sleep_until_woken(watcher, step_all(watcher));
    }
}

static void *watch(void *argument)
{
    struct watcher *watcher = argument;

    while (!atomic_load(&watcher->stopping))
        sleep_until_woken(watcher, step_all(watcher));
    settle(watcher);
    return NULL;
}

static void free_all(struct watcher *watcher)
{
    leadership_listen_no_more(watcher->options.leadership, watcher);
    for (size_t i = 0; i < watcher->count; i++)
        observer_free(watcher->observers[i]);
    pthread_cond_destroy(&watcher->changed);
    pthread_mutex_destroy(&watcher->lock);
    free(watcher->observers);
    free(watcher);
}

static bool make_observers(struct watcher *watcher, struct text *why)
{
    const struct claim_settings *settings = watcher->options.settings;

    watcher->observers = memory_new(settings->endpoint_count, sizeof *watcher->observers);
    watcher->count = settings->endpoint_count;
    for (size_t i = 0; i < watcher->count; i++) {
        struct observer_options options = {
            .endpoint = &settings->endpoints[i],
            .store = watcher->options.store,
            .post = leadership_endpoint(watcher->options.leadership, i),
            .arrived = watcher->options.arrived,
            .arrived_context = watcher->options.context,
            .wake = wake,
            .context = watcher,
        };
        if (!oem_endpoint_is_watched(options.endpoint))
            continue;
        watcher->observers[i] = observer_new(&options, why);
        if (!watcher->observers[i])
            return false;
    }
    return true;
}

struct watcher *watcher_start(const struct watcher_options *options, struct text *why)
{
    struct watcher *watcher = memory_new(1, sizeof *watcher);

    watcher->options = *options;
    pthread_mutex_init(&watcher->lock, NULL);
    condition_init(&watcher->changed);
    leadership_listen(options->leadership, wake, watcher);
    if (make_observers(watcher, why) && pthread_create(&watcher->thread, NULL, watch, watcher) == 0)
        return watcher;
    free_all(watcher);
    return NULL;
}

void watcher_stop(struct watcher *watcher)
{
    if (!watcher)
        return;
    atomic_store(&watcher->stopping, true);
    wake(watcher);
    pthread_join(watcher->thread, NULL);
    free_all(watcher);
}

void watcher_reconnect(struct watcher *watcher)
{
    for (size_t i = 0; i < watcher->count; i++)
        if (watcher->observers[i])
            observer_reconnect(watcher->observers[i]);
}

bool watcher_is_settled(struct watcher *watcher)
{
    for (size_t i = 0; i < watcher->count; i++)
        if (watcher->observers[i] && !observer_is_settled(watcher->observers[i]))
            return false;
    return true;
}

size_t watcher_count(const struct watcher *watcher)
{
    return watcher->count;
}

void watcher_stats(struct watcher *watcher, size_t index, struct watcher_stats *out)
{
    *out = (struct watcher_stats){.endpoint = watcher->options.settings->endpoints[index].key};
    if (watcher->observers[index])
        observer_stats(watcher->observers[index], out);
}
