/* SPDX-License-Identifier: Apache-2.0 */
/* Arrivals whose event was lost: asks the account whether the devices of open claims are connected.
 *
 * The claims are asked about in turn, the one first that will expire first, round after round. So the time
 * until a lost event is noticed has a limit for everybody, which is the number of open claims divided by the
 * rate. Those that were published last would have a device more often, but would keep the others waiting in a
 * crowd, and their events have most likely just not come yet. A device that connected before the claim was
 * made is none that has arrived: the time of its connection decides, as for events. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/region.h"
#include "aws/thing_connectivity.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "claim/backoff.h"
#include "claim/pace.h"
#include "server/onboarding/event_source.h"
#include "server/store/store_clock.h"
#include "server/store/unseen.h"

#define EVENT_TIME_MS 5000   /* so long after the first publish the event may still come */
#define ROUND_LEAST_MS 10000 /* from the beginning of a round to that of the next */
#define STORE_RETRY_MS 1000
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 30000

struct connectivity {
    struct event_source source;
    struct event_callbacks callbacks;
    const struct oem_endpoint *endpoint; /* borrowed */
    struct store *store;
    pthread_t thread;
    bool started;
    atomic_int halt; /* asks nothing for now; interrupts what is being asked */
    atomic_bool ending;
    atomic_bool renewing;

    /* Only for the thread. */
    char region[AWS_REGION_SIZE];
    struct aws_session *session;
    struct backoff backoff;
    struct pace pace;
    bool is_up;
    struct unseen_place place;
    struct unseen_thing page[UNSEEN_MAX];
    size_t count;

    pthread_mutex_t delivering; /* held while callbacks run */
    pthread_mutex_t lock;       /* of `reason` and the wait */
    pthread_cond_t changed;
    char reason[MQTT_REASON_SIZE];
    atomic_ulong connects, failures;
};

static struct connectivity *of(struct event_source *source)
{
    return (struct connectivity *)source;
}

/* Until it is asked to do something else, or until the time has passed. */
static void wait_ms(struct connectivity *connectivity, long long ms)
{
    struct timespec until = condition_deadline(ms);
    int halt = atomic_load(&connectivity->halt);

    pthread_mutex_lock(&connectivity->lock);
    while (atomic_load(&connectivity->halt) == halt && !atomic_load(&connectivity->ending))
        if (!condition_wait(&connectivity->changed, &connectivity->lock, &until))
            break;
    pthread_mutex_unlock(&connectivity->lock);
}

static void set_reason(struct connectivity *connectivity, const char *reason)
{
    pthread_mutex_lock(&connectivity->lock);
    snprintf(connectivity->reason, sizeof connectivity->reason, "%s", reason);
    pthread_mutex_unlock(&connectivity->lock);
}

static void succeeded(struct connectivity *connectivity)
{
    backoff_reset(&connectivity->backoff);
    if (connectivity->is_up)
        return;
    connectivity->is_up = true;
    atomic_fetch_add(&connectivity->connects, 1);
    set_reason(connectivity, "");
    pthread_mutex_lock(&connectivity->delivering);
    if (!atomic_load(&connectivity->halt))
        connectivity->callbacks.up(connectivity->callbacks.context, false, 0);
    pthread_mutex_unlock(&connectivity->delivering);
}

static void failed(struct connectivity *connectivity, const char *reason)
{
    connectivity->is_up = false;
    atomic_fetch_add(&connectivity->failures, 1);
    set_reason(connectivity, reason);
    pthread_mutex_lock(&connectivity->delivering);
    if (!atomic_load(&connectivity->halt))
        connectivity->callbacks.down(connectivity->callbacks.context, reason);
    pthread_mutex_unlock(&connectivity->delivering);
    wait_ms(connectivity, backoff_next(&connectivity->backoff, clock_monotonic_ms()));
}

/* Each answer tells AWS's clock, by which it is known how long the device has been connected. */
static void deliver(struct connectivity *connectivity, const struct unseen_thing *thing,
                    const struct aws_thing_connectivity *found)
{
    struct presence presence = {.kind = found->connected ? PRESENCE_CONNECTED : PRESENCE_DISCONNECTED,
                                .at_ms = found->since_ms,
                                .version = -1};
    const struct event_message event = {.presence = &presence};
    long long skew = 0;

    memcpy(presence.thing_name, thing->thing_name, sizeof presence.thing_name);
    pthread_mutex_lock(&connectivity->delivering);
    if (!atomic_load(&connectivity->halt)) {
        if (aws_session_clock_skew(connectivity->session, &skew))
            connectivity->callbacks.clock(connectivity->callbacks.context, clock_wall_ms() + skew);
        connectivity->callbacks.event(connectivity->callbacks.context, &event);
    }
    pthread_mutex_unlock(&connectivity->delivering);
}

static bool has_session(struct connectivity *connectivity, struct text *why)
{
    const struct aws_options options = {.region = connectivity->region[0] ? connectivity->region : NULL};

    if (connectivity->session && !atomic_exchange(&connectivity->renewing, false))
        return true;
    aws_session_free(connectivity->session);
    connectivity->session = aws_session_new(&options, why);
    return connectivity->session != NULL;
}

/* Where it fails, the claim is asked about again in the next round: it may be the claim. */
static void ask(struct connectivity *connectivity, const struct unseen_thing *thing)
{
    struct aws_thing_connectivity found = {.exists = false};
    TEXT struct text why = TEXT_EMPTY;
    char code[80] = "";

    bool answered = has_session(connectivity, &why) &&
                    aws_thing_connectivity(connectivity->session, thing->thing_name, &connectivity->halt,
                                           &found, code, &why) == AWS_OK;
    if (!answered && !atomic_load(&connectivity->halt))
        failed(connectivity, text_get(&why));
    if (!answered)
        return;
    succeeded(connectivity);
    if (found.exists && found.since_ms)
        deliver(connectivity, thing, &found);
}

static void ask_page(struct connectivity *connectivity)
{
    for (size_t i = 0; i < connectivity->count && !atomic_load(&connectivity->halt);) {
        long long wait = pace_take(&connectivity->pace, clock_monotonic_ms());
        if (wait > 0)
            wait_ms(connectivity, wait);
        else
            ask(connectivity, &connectivity->page[i++]);
    }
}

static enum store_error read_page(struct store_tx *tx, void *argument)
{
    struct connectivity *connectivity = argument;

    return unseen_read(tx, connectivity->endpoint->key, connectivity->place, store_clock_ms() - EVENT_TIME_MS,
                       connectivity->page, &connectivity->count);
}

/* One page, or the rest until the next round. Returns when the round began. */
static long long go_on(struct connectivity *connectivity, long long began)
{
    if (store_call(connectivity->store, read_page, connectivity, false) != STORE_OK) {
        wait_ms(connectivity, STORE_RETRY_MS);
        return began;
    }
    if (connectivity->count > 0) {
        ask_page(connectivity);
        connectivity->place = connectivity->page[connectivity->count - 1].place;
        return began;
    }
    if (atomic_load(&connectivity->failures) == 0)
        succeeded(connectivity); /* there is nothing to ask */
    connectivity->place = (struct unseen_place){0};
    wait_ms(connectivity, began + ROUND_LEAST_MS - clock_monotonic_ms());
    return clock_monotonic_ms();
}

static void *run(void *argument)
{
    struct connectivity *connectivity = argument;
    long long began = clock_monotonic_ms();

    while (!atomic_load(&connectivity->ending)) {
        if (!atomic_load(&connectivity->halt)) {
            began = go_on(connectivity, began);
            continue;
        }
        connectivity->is_up = false;
        set_reason(connectivity, "");
        wait_ms(connectivity, ROUND_LEAST_MS);
    }
    return NULL;
}

/* ---- other threads ---- */

static bool start(struct event_source *source)
{
    struct connectivity *connectivity = of(source);

    connectivity->started = pthread_create(&connectivity->thread, NULL, run, connectivity) == 0;
    return connectivity->started;
}

/* Nothing is kept: as long as the claim is open, it is asked about again. */
static void acknowledge(struct event_source *source, const struct event_receipt *receipts, size_t count)
{
    (void)source;
    (void)receipts;
    (void)count;
}

static void renew(struct event_source *source)
{
    atomic_store(&of(source)->renewing, true);
}

/* Afterwards no callback runs until it goes on. */
static void set_halt(struct connectivity *connectivity, bool halt)
{
    pthread_mutex_lock(&connectivity->delivering);
    atomic_store(&connectivity->halt, halt || atomic_load(&connectivity->ending));
    pthread_mutex_unlock(&connectivity->delivering);
    pthread_mutex_lock(&connectivity->lock);
    pthread_cond_broadcast(&connectivity->changed);
    pthread_mutex_unlock(&connectivity->lock);
}

static void ask_wish(struct event_source *source)
{
    struct connectivity *connectivity = of(source);
    enum event_wish wish = connectivity->callbacks.wish(connectivity->callbacks.context);

    if (wish != EVENTS_STAY)
        set_halt(connectivity, wish == EVENTS_STOP);
}

static void pause_source(struct event_source *source)
{
    struct connectivity *connectivity = of(source);

    atomic_store(&connectivity->ending, true);
    set_halt(connectivity, true);
}

static void free_source(struct event_source *source)
{
    struct connectivity *connectivity = of(source);

    pause_source(source);
    if (connectivity->started)
        pthread_join(connectivity->thread, NULL);
    aws_session_free(connectivity->session);
    pthread_cond_destroy(&connectivity->changed);
    pthread_mutex_destroy(&connectivity->lock);
    pthread_mutex_destroy(&connectivity->delivering);
    free(connectivity);
}

static void stats(struct event_source *source, struct event_source_stats *out)
{
    struct connectivity *connectivity = of(source);

    *out = (struct event_source_stats){.connects = atomic_load(&connectivity->connects),
                                       .failures = atomic_load(&connectivity->failures)};
    pthread_mutex_lock(&connectivity->lock);
    memcpy(out->reason, connectivity->reason, sizeof out->reason);
    pthread_mutex_unlock(&connectivity->lock);
}

static const struct event_source_kind kind = {.start = start,
                                              .acknowledge = acknowledge,
                                              .ask = ask_wish,
                                              .renew = renew,
                                              .pause = pause_source,
                                              .free = free_source,
                                              .stats = stats};

struct event_source *event_source_connectivity_open(const struct event_source_options *options,
                                                    struct text *why)
{
    struct connectivity *connectivity = memory_new(1, sizeof *connectivity);

    connectivity->source.kind = &kind;
    connectivity->callbacks = options->callbacks;
    connectivity->endpoint = options->endpoint;
    connectivity->store = options->store;
    pthread_mutex_init(&connectivity->delivering, NULL);
    pthread_mutex_init(&connectivity->lock, NULL);
    condition_init(&connectivity->changed);
    backoff_init(&connectivity->backoff, BACKOFF_MIN_MS, BACKOFF_MAX_MS);
    pace_init(&connectivity->pace, options->endpoint->connectivity_rate);
    atomic_store(&connectivity->halt, 1); /* until it is asked to go on */
    aws_region_of(options->endpoint->connection.address, connectivity->region);
    return event_source_opened(&connectivity->source, has_session(connectivity, why));
}
