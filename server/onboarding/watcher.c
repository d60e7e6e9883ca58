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
#include "claim/mqtt.h"
#include "claim/presence.h"
#include "server/store/claims.h"

#define CLOCK_SLACK_MS 2000 /* between AWS's clock and ours */
#define QUIET_MS 300        /* no event for so long after SUBACK: what was kept for us has come */
#define STORE_RETRY_MS 200
#define TICK_MAX_MS 1000

struct observer {
    struct watcher *watcher;
    const struct oem_endpoint *endpoint;
    struct mqtt *mqtt; /* NULL: not observed */
    atomic_bool came_up;
    atomic_int subscribed;      /* of the two topics */
    atomic_llong last_event_ms; /* monotonic, also SUBACK */
    atomic_int hearing;         /* events that are on their way to the store */
    atomic_ulong events, arrivals;
};

struct watcher {
    struct watcher_options options;
    pthread_t thread;
    struct observer *observers;
    size_t count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken;
    atomic_bool stopping;
};

static void wake(struct watcher *watcher)
{
    pthread_mutex_lock(&watcher->lock);
    watcher->woken = true;
    pthread_cond_signal(&watcher->changed);
    pthread_mutex_unlock(&watcher->lock);
}

static void on_connected(void *context, bool session_present)
{
    struct observer *observer = context;

    log_event(LOG_INFO, "endpoint.connected", "endpoint", observer->endpoint->key, "session",
              session_present ? "kept" : "new", NULL);
    atomic_store(&observer->subscribed, 0);
    atomic_store(&observer->came_up, true);
    wake(observer->watcher);
}

static void on_lost(void *context, const char *reason)
{
    struct observer *observer = context;

    atomic_store(&observer->subscribed, 0);
    log_event(LOG_WARN, "endpoint.not_connected", "endpoint", observer->endpoint->key, "reason", reason,
              NULL);
    wake(observer->watcher);
}

static void on_subscribed(void *context, const char *topic, bool accepted)
{
    struct observer *observer = context;

    if (!accepted) {
        log_event(LOG_ERROR, "endpoint.subscription_refused", "endpoint", observer->endpoint->key, "topic",
                  topic, NULL);
        return;
    }
    atomic_store(&observer->last_event_ms, clock_monotonic_ms());
    atomic_fetch_add(&observer->subscribed, 1);
}

struct event {
    struct observer *observer;
    struct presence presence;
    enum arrival arrival;
    long long claim_id;
};

static enum store_error event_run(struct store_tx *tx, void *argument)
{
    struct event *event = argument;

    return claims_arrived(tx, event->observer->endpoint->key, &event->presence, CLOCK_SLACK_MS,
                          clock_wall_ms(), &event->arrival, &event->claim_id);
}

/* Until it is written down: an arrival that is lost would never be told again. */
static bool store_event(struct event *event)
{
    const struct timespec pause = {0, STORE_RETRY_MS * 1000000L};
    struct watcher *watcher = event->observer->watcher;

    while (!atomic_load(&watcher->stopping)) {
        enum store_error error = store_call(watcher->options.store, event_run, event, true);
        if (!error)
            return true;
        log_event(LOG_ERROR, "watcher.not_recorded", "error", store_error_name(error), NULL);
        nanosleep(&pause, NULL);
    }
    return false;
}

static bool on_message(void *context, const char *topic, const void *payload, size_t length)
{
    struct observer *observer = context;
    struct watcher *watcher = observer->watcher;
    struct event event = {.observer = observer};

    atomic_fetch_add(&observer->hearing, 1);
    bool stored = presence_parse(topic, payload, length, &event.presence) && store_event(&event);
    atomic_store(&observer->last_event_ms, clock_monotonic_ms());
    atomic_fetch_sub(&observer->hearing, 1);
    atomic_fetch_add(&observer->events, 1);
    if (!stored || event.arrival == ARRIVAL_NONE)
        return true;
    bool onboarded = event.arrival == ARRIVAL_ONBOARDED;
    atomic_fetch_add(&observer->arrivals, onboarded);
    log_event(LOG_INFO, onboarded ? "claim.onboarded" : "claim.provisioned", "endpoint",
              observer->endpoint->key, "thing", LOG_THING(event.presence.thing_name), NULL);
    watcher->options.arrived(watcher->options.context, event.claim_id);
    return true;
}

static void subscribe(struct observer *observer)
{
    static const char *const topics[] = {PRESENCE_TOPIC_CREATED, PRESENCE_TOPIC_CONNECTED};

    for (size_t i = 0; i < 2; i++) {
        enum mqtt_error error = mqtt_subscribe(observer->mqtt, topics[i]);
        if (error)
            log_event(LOG_WARN, "endpoint.not_subscribed", "endpoint", observer->endpoint->key, "reason",
                      mqtt_error_name(error), NULL);
    }
}

static long long step_all(struct watcher *watcher)
{
    long long wait = TICK_MAX_MS;

    for (size_t i = 0; i < watcher->count; i++) {
        struct observer *observer = &watcher->observers[i];
        if (!observer->mqtt)
            continue;
        if (atomic_exchange(&observer->came_up, false))
            subscribe(observer);
        long long tick = mqtt_tick(observer->mqtt);
        if (tick >= 0 && tick < wait)
            wait = tick;
    }
    return wait;
}

static void *watch(void *argument)
{
    struct watcher *watcher = argument;

    while (!atomic_load(&watcher->stopping)) {
        struct timespec until = condition_deadline(step_all(watcher));
        pthread_mutex_lock(&watcher->lock);
        while (!watcher->woken && !atomic_load(&watcher->stopping))
            if (!condition_wait(&watcher->changed, &watcher->lock, &until))
                break;
        watcher->woken = false;
        pthread_mutex_unlock(&watcher->lock);
    }
    return NULL;
}

static bool observe(struct observer *observer, struct text *why)
{
    const struct account_connection *connection = &observer->endpoint->connection;
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "endpoint %s", observer->endpoint->key);
    struct mqtt_options mqtt = account_mqtt_options(connection, text_get(&name));
    struct mqtt_callbacks callbacks = {
        .context = observer,
        .connected = on_connected,
        .lost = on_lost,
        .subscribed = on_subscribed,
        .message = on_message,
    };

    mqtt.keep_session = true;
    enum mqtt_error error = mqtt_new(&mqtt, &callbacks, &observer->mqtt);
    if (error)
        text_printf(why, "[endpoint.%s]: %s", observer->endpoint->key, mqtt_error_name(error));
    return error == MQTT_OK;
}

static void free_all(struct watcher *watcher)
{
    for (size_t i = 0; i < watcher->count; i++)
        mqtt_free(watcher->observers[i].mqtt);
    pthread_cond_destroy(&watcher->changed);
    pthread_mutex_destroy(&watcher->lock);
    free(watcher->observers);
    free(watcher);
}

struct watcher *watcher_start(const struct watcher_options *options, struct text *why)
{
    struct watcher *watcher = memory_new(1, sizeof *watcher);
    const struct claim_settings *settings = options->settings;
    bool fine = true;

    watcher->options = *options;
    watcher->observers = memory_new(settings->endpoint_count, sizeof *watcher->observers);
    watcher->count = settings->endpoint_count;
    pthread_mutex_init(&watcher->lock, NULL);
    condition_init(&watcher->changed);
    for (size_t i = 0; i < watcher->count && fine; i++) {
        watcher->observers[i].watcher = watcher;
        watcher->observers[i].endpoint = &settings->endpoints[i];
        if (settings->endpoints[i].observed)
            fine = observe(&watcher->observers[i], why);
    }
    if (fine && pthread_create(&watcher->thread, NULL, watch, watcher) == 0)
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

bool watcher_is_settled(struct watcher *watcher)
{
    long long now = clock_monotonic_ms();

    for (size_t i = 0; i < watcher->count; i++) {
        struct observer *observer = &watcher->observers[i];
        if (!observer->mqtt)
            continue;
        /* In this order: a slow disk is no quiet. */
        if (atomic_load(&observer->subscribed) < 2 || atomic_load(&observer->hearing) ||
            now - atomic_load(&observer->last_event_ms) < QUIET_MS)
            return false;
    }
    return true;
}

size_t watcher_count(const struct watcher *watcher)
{
    return watcher->count;
}

void watcher_stats(struct watcher *watcher, size_t index, struct watcher_stats *out)
{
    struct observer *observer = &watcher->observers[index];

    *out = (struct watcher_stats){
        .endpoint = observer->endpoint->key,
        .observed = observer->mqtt != NULL,
        .connected = observer->mqtt && atomic_load(&observer->subscribed) >= 2,
        .connects = observer->mqtt ? mqtt_connect_count(observer->mqtt) : 0,
        .failures = observer->mqtt ? mqtt_failure_count(observer->mqtt) : 0,
        .events = atomic_load(&observer->events),
        .arrivals = atomic_load(&observer->arrivals),
    };
    if (observer->mqtt)
        mqtt_reason(observer->mqtt, out->reason);
}
