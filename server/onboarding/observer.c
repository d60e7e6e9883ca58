/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/observer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "claim/account_clock.h"
#include "claim/outage.h"
#include "claim/presence.h"
#include "server/onboarding/event_module.h"
#include "server/onboarding/event_source.h"
#include "server/store/claims.h"
#include "server/store/connections.h"
#include "server/store/leaders.h"
#include "server/store/owners_device.h"
#include "server/store/store_clock.h"

#define QUEUE_MAX 1000 /* AWS has 100 messages in flight at most; brokers of other makes have fewer */
#define SOURCES_MAX 2
#define QUIET_MS 300 /* no event for so long after it is up: what the account had kept has come */
#define STEP_MS 1000
#define RETRY_MS 500 /* after the store could not take a batch */
#define STAMP_AHEAD_MAX_MS (2 * 3600 * 1000LL)
#define STAMP_AGE_MAX_MS (8 * 24 * 3600 * 1000LL)
#define SKEW_WARN_MS 5000 /* of the two clocks */

/* One source of events. */
struct feed {
    struct observer *observer;
    struct event_source *source;
    struct outage outage; /* only for the source's callbacks; never ended: a line a minute at most */
    atomic_bool up;
};

struct event {
    struct sighting sighting;
    struct feed *feed;
    struct event_receipt receipt;
    bool wanted;     /* it may concern a claim, or changes whether a device is connected */
    bool challenged; /* somebody was asked to switch the device off and on */
    enum arrival arrival;
    long long claim_id;
};

/* What the store does with the batch. */
enum stage {
    STAGE_NONE,   /* there is no batch */
    STAGE_LOOK,   /* find the events that concern a claim */
    STAGE_RECORD, /* record these */
};

struct observer {
    struct observer_options options;
    struct feed feeds[SOURCES_MAX]; /* the first is the one whose events must come */
    size_t feed_count;

    /* Only for the watcher's thread, and the store's while has_job. The events from `first` to `end` are the
     * subject of the job; after an event that cannot be stored, one at a time. */
    struct event batch[QUEUE_MAX];
    size_t count, first, end, acknowledged;
    enum stage stage;
    bool has_job, singly;
    enum lead lead;
    long long term;
    struct store_job job;
    long long retry_at; /* monotonic */
    bool skew_warned;

    /* Under the lock. */
    pthread_mutex_t lock;
    struct event queue[2 * QUEUE_MAX]; /* of this session, and of the one before */
    size_t queued;
    struct account_clock clock;
    bool answered;
    enum store_error result;

    atomic_bool busy;
    atomic_llong last_event; /* monotonic, also when a source comes up */
    atomic_ulong events, arrivals, set_aside;
};

/* ---- the sources' threads ---- */

static enum event_wish on_wish(void *context)
{
    static const enum event_wish wishes[] = {
        [LEAD_FOLLOWS] = EVENTS_STOP, [LEAD_LAPSED] = EVENTS_STAY, [LEAD_LEADS] = EVENTS_RECEIVE};
    const struct feed *feed = context;
    long long term;

    return wishes[post_lead(feed->observer->options.post, &term)];
}

static void wake(struct observer *observer)
{
    observer->options.wake(observer->options.context);
}

/* What the account delivers again makes the queue's copies superfluous. So they leave room: an event for
 * which there is none would stay unacknowledged, and the account would wait for it. */
static void drop_delivered_again(const struct feed *feed, unsigned session)
{
    struct observer *observer = feed->observer;
    size_t kept = 0;

    pthread_mutex_lock(&observer->lock);
    for (size_t i = 0; i < observer->queued; i++) {
        const struct event *event = &observer->queue[i];
        if (event->feed != feed || event->receipt.id == 0 || event->receipt.session == session)
            observer->queue[kept++] = *event;
    }
    observer->queued = kept;
    pthread_mutex_unlock(&observer->lock);
}

static void on_up(void *context, bool delivers_again, unsigned session)
{
    struct feed *feed = context;

    if (delivers_again)
        drop_delivered_again(feed, session);
    atomic_store(&feed->observer->last_event, clock_monotonic_ms());
    atomic_store(&feed->up, true);
    wake(feed->observer);
}

static void on_down(void *context, const char *reason)
{
    struct feed *feed = context;

    atomic_store(&feed->up, false);
    if (outage_is_news(&feed->outage, reason, clock_monotonic_ms()))
        log_event(LOG_WARN, "endpoint.not_connected", "endpoint", feed->observer->options.endpoint->key,
                  "reason", reason, NULL);
}

static void on_clock(void *context, long long stamp_ms)
{
    struct observer *observer = ((struct feed *)context)->observer;

    pthread_mutex_lock(&observer->lock);
    account_clock_hear(&observer->clock, stamp_ms, clock_monotonic_ms());
    pthread_mutex_unlock(&observer->lock);
}

/* An MQTT session is kept for a week at most (IoT), a message in a queue for as long (account/setup/queue.c),
 * and clocks may be wrong by an hour. Other time stamps are not the account's. */
static bool is_plausible(const struct sighting *sighting)
{
    long long age = sighting->received_at - sighting->presence.at_ms;

    return sighting->presence.at_ms && age > -STAMP_AHEAD_MAX_MS && age < STAMP_AGE_MAX_MS;
}

/* The account's clock is learnt from all events: most are not about a claim. */
static bool add_event(struct observer *observer, struct event *event)
{
    long long now = clock_monotonic_ms();

    pthread_mutex_lock(&observer->lock);
    if (is_plausible(&event->sighting))
        event->sighting.delay_ms = account_clock_hear(&observer->clock, event->sighting.presence.at_ms, now);
    bool has_room = observer->queued < 2 * QUEUE_MAX;
    if (has_room)
        observer->queue[observer->queued++] = *event;
    pthread_mutex_unlock(&observer->lock);
    atomic_store(&observer->last_event, now);
    return has_room;
}

/* The account cannot have sent an event before it happened. */
static long long stamp_of(const struct event_message *message)
{
    long long at = message->presence->at_ms;

    return message->sent_ms && (at <= 0 || at > message->sent_ms) ? message->sent_ms : at;
}

/* There is room unless the account forgets its session again and again while the store takes nothing: the
 * source stops receiving in time. */
static void on_event(void *context, const struct event_message *message)
{
    struct feed *feed = context;
    struct observer *observer = feed->observer;
    struct event event = {
        .feed = feed, .receipt = message->receipt, .sighting = {.received_at = store_clock_ms()}};

    atomic_fetch_add(&observer->events, 1);
    if (!message->presence) {
        event_source_acknowledge(feed->source, &message->receipt, 1);
        return;
    }
    event.sighting.presence = *message->presence;
    event.sighting.presence.at_ms = stamp_of(message);
    if (add_event(observer, &event)) {
        wake(observer);
        return;
    }
    atomic_fetch_add(&observer->set_aside, 1);
    event_source_acknowledge(feed->source, &message->receipt, 1);
}

/* ---- the store's threads ---- */

static enum store_error look(struct store_tx *tx, void *argument)
{
    struct observer *observer = argument;
    const struct sighting *list[QUEUE_MAX];
    bool wanted[QUEUE_MAX], challenged[QUEUE_MAX];

    for (size_t i = 0; i < observer->count; i++)
        list[i] = &observer->batch[i].sighting;
    enum store_error error =
        claims_wanted(tx, observer->options.endpoint->key, list, observer->count, wanted);
    if (!error)
        error = connections_wanted(tx, observer->options.endpoint->key, list, observer->count, wanted);
    if (!error)
        error = owners_wanted(tx, list, observer->count, wanted, challenged);
    for (size_t i = 0; i < observer->count; i++) {
        observer->batch[i].wanted = error || wanted[i];
        observer->batch[i].challenged = error || challenged[i];
    }
    return error;
}

static enum store_error record_event(struct store_tx *tx, const char *endpoint, struct event *event)
{
    enum store_error error =
        claims_arrived(tx, endpoint, &event->sighting, store_clock_ms(), &event->arrival, &event->claim_id);

    if (!error)
        error = connections_note(tx, endpoint, &event->sighting);
    return error || !event->challenged ? error : owners_switched(tx, &event->sighting, store_clock_ms());
}

static enum store_error record(struct store_tx *tx, void *argument)
{
    struct observer *observer = argument;
    enum store_error error = leaders_check(tx, post_name(observer->options.post), observer->term);

    for (size_t i = observer->first; i < observer->end && !error; i++) {
        struct event *event = &observer->batch[i];
        if (event->wanted)
            error = record_event(tx, observer->options.endpoint->key, event);
    }
    return error;
}

static void answered(void *argument, enum store_error result)
{
    struct observer *observer = argument;

    /* Woken under the lock: once it is released, the observer may be freed. */
    pthread_mutex_lock(&observer->lock);
    observer->result = result;
    observer->answered = true;
    wake(observer);
    pthread_mutex_unlock(&observer->lock);
}

/* ---- the watcher's thread ---- */

static void submit(struct observer *observer, enum stage stage)
{
    observer->stage = stage;
    observer->has_job = true;
    observer->job = (struct store_job){.run = stage == STAGE_LOOK ? look : record,
                                       .done = answered,
                                       .argument = observer,
                                       .writes = stage == STAGE_RECORD};
    enum store_error error = store_submit(observer->options.store, &observer->job);
    if (error)
        answered(observer, error);
}

static void take_queue(struct observer *observer)
{
    pthread_mutex_lock(&observer->lock);
    observer->count = observer->queued < QUEUE_MAX ? observer->queued : QUEUE_MAX;
    observer->queued -= observer->count;
    memcpy(observer->batch, observer->queue, observer->count * sizeof *observer->batch);
    memmove(observer->queue, observer->queue + observer->count, observer->queued * sizeof *observer->queue);
    atomic_store(&observer->busy, observer->count > 0);
    pthread_mutex_unlock(&observer->lock);
    observer->first = observer->acknowledged = 0;
    observer->singly = false;
    for (size_t i = 0; i < observer->count; i++)
        observer->batch[i].wanted = observer->batch[i].challenged = true; /* until the store has looked */
}

static void report(struct observer *observer, const struct event *event)
{
    if (!event->wanted || event->arrival == ARRIVAL_NONE)
        return;
    bool onboarded = event->arrival == ARRIVAL_ONBOARDED;
    atomic_fetch_add(&observer->arrivals, onboarded);
    log_event(LOG_INFO, onboarded ? "claim.onboarded" : "claim.provisioned", "endpoint",
              observer->options.endpoint->key, "thing", LOG_THING(event->sighting.presence.thing_name), NULL);
    observer->options.arrived(observer->options.arrived_context, event->claim_id);
}

/* The events before `first` are recorded or need no record. They are acknowledged in their order. */
static void acknowledge(struct observer *observer)
{
    struct event_receipt receipts[QUEUE_MAX];
    size_t from = observer->acknowledged;

    for (size_t i = from; i < observer->first; i++)
        report(observer, &observer->batch[i]);
    for (size_t i = 0; i < observer->feed_count; i++) {
        size_t count = 0;
        for (size_t j = from; j < observer->first; j++)
            if (observer->batch[j].feed == &observer->feeds[i])
                receipts[count++] = observer->batch[j].receipt;
        if (count)
            event_source_acknowledge(observer->feeds[i].source, receipts, count);
    }
    observer->acknowledged = observer->first;
}

static void drop_batch(struct observer *observer)
{
    observer->stage = STAGE_NONE;
    observer->count = 0;
    atomic_store(&observer->busy, false);
}

/* Goes on with the wanted events from `first`. */
static void advance(struct observer *observer)
{
    while (observer->first < observer->count && !observer->batch[observer->first].wanted)
        observer->first++;
    acknowledge(observer);
    observer->end = observer->singly ? observer->first + 1 : observer->count;
    if (observer->first < observer->count)
        submit(observer, STAGE_RECORD);
    else
        drop_batch(observer);
}

/* One event, alone, makes the store fail for a reason that does not pass, such as a damaged page. */
static void set_aside(struct observer *observer, enum store_error error)
{
    struct event *event = &observer->batch[observer->first];

    log_event(LOG_ERROR, "arrival.set_aside", "endpoint", observer->options.endpoint->key, "thing",
              LOG_THING(event->sighting.presence.thing_name), "error", store_error_name(error), NULL);
    atomic_fetch_add(&observer->set_aside, 1);
    event->wanted = false;
}

static bool will_pass(enum store_error error)
{
    return error == STORE_FULL || error == STORE_BUSY || error == STORE_UNAVAILABLE ||
           error == STORE_NOT_LEADER;
}

static void retry_later(struct observer *observer, enum store_error error)
{
    log_event(LOG_ERROR, "watcher.not_recorded", "endpoint", observer->options.endpoint->key, "error",
              store_error_name(error), "events", LOG_NUMBER(observer->count - observer->first), NULL);
    observer->retry_at = clock_monotonic_ms() + RETRY_MS;
}

/* If a look fails, all events may concern a claim. If a record of several fails, each is recorded alone. */
static void take_answer(struct observer *observer, enum store_error error)
{
    observer->has_job = false;
    if (will_pass(error)) {
        retry_later(observer, error);
        return;
    }
    if (observer->stage == STAGE_RECORD) {
        bool alone = observer->end - observer->first == 1;
        if (error && alone)
            set_aside(observer, error);
        observer->singly = observer->singly || error;
        observer->first = error && !alone ? observer->first : observer->end;
    }
    advance(observer);
}

static void warn_of_skew(struct observer *observer)
{
    long long skew = 0;

    pthread_mutex_lock(&observer->lock);
    bool known = account_clock_skew(&observer->clock, clock_wall_ms(), clock_monotonic_ms(), &skew);
    pthread_mutex_unlock(&observer->lock);
    bool differs = known && (skew > SKEW_WARN_MS || skew < -SKEW_WARN_MS);
    if (differs && !observer->skew_warned)
        log_event(LOG_WARN, "endpoint.clock_differs", "endpoint", observer->options.endpoint->key, "ahead_ms",
                  LOG_NUMBER(skew), "reason",
                  "this machine's clock differs from the account's; TLS and signed requests need it right",
                  NULL);
    observer->skew_warned = differs;
}

static void ask_sources(struct observer *observer, enum lead lead)
{
    for (size_t i = 0; i < observer->feed_count; i++) {
        if (lead == LEAD_FOLLOWS)
            atomic_store(&observer->feeds[i].up, false);
        event_source_ask(observer->feeds[i].source);
    }
}

/* What another portal observes now is not acknowledged, and the account delivers it to that one. Returns true
 * if this process leads. */
static bool follow_lead(struct observer *observer)
{
    enum lead lead = post_lead(observer->options.post, &observer->term);

    if (lead != observer->lead)
        ask_sources(observer, lead);
    observer->lead = lead;
    if (lead == LEAD_FOLLOWS)
        observer_give_up(observer);
    return lead == LEAD_LEADS;
}

long long observer_step(struct observer *observer)
{
    pthread_mutex_lock(&observer->lock);
    bool done = observer->answered;
    enum store_error result = observer->result;
    observer->answered = false;
    pthread_mutex_unlock(&observer->lock);

    if (done)
        take_answer(observer, result);
    if (observer->has_job)
        return STEP_MS;
    if (!follow_lead(observer))
        return STEP_MS;
    long long rest = observer->retry_at - clock_monotonic_ms();
    if (rest > 0)
        return rest < STEP_MS ? rest : STEP_MS;
    warn_of_skew(observer);
    if (observer->stage == STAGE_NONE)
        take_queue(observer);
    if (observer->count)
        submit(observer, observer->stage == STAGE_RECORD ? STAGE_RECORD : STAGE_LOOK);
    return STEP_MS;
}

void observer_reconnect(struct observer *observer)
{
    for (size_t i = 0; i < observer->feed_count; i++)
        event_source_renew(observer->feeds[i].source);
}

void observer_pause(struct observer *observer)
{
    for (size_t i = 0; i < observer->feed_count; i++)
        event_source_pause(observer->feeds[i].source);
}

void observer_give_up(struct observer *observer)
{
    pthread_mutex_lock(&observer->lock);
    observer->queued = 0;
    pthread_mutex_unlock(&observer->lock);
    if (observer->has_job)
        return;
    drop_batch(observer);
    for (size_t i = 0; i < observer->feed_count; i++)
        event_source_forget(observer->feeds[i].source);
}

bool observer_is_idle(struct observer *observer)
{
    pthread_mutex_lock(&observer->lock);
    bool idle = observer->queued == 0 && !atomic_load(&observer->busy);
    pthread_mutex_unlock(&observer->lock);
    return idle;
}

/* In this order: a slow disk is no quiet. */
bool observer_is_settled(struct observer *observer)
{
    long long term;

    /* What a portal that died has not heard, nobody has: this one will lead soon. */
    if (post_lead(observer->options.post, &term) == LEAD_FOLLOWS)
        return post_is_held(observer->options.post);
    return atomic_load(&observer->feeds[0].up) && observer_is_idle(observer) &&
           clock_monotonic_ms() - atomic_load(&observer->last_event) >= QUIET_MS;
}

void observer_stats(struct observer *observer, struct watcher_stats *out)
{
    *out = (struct watcher_stats){
        .endpoint = observer->options.endpoint->key,
        .observed = true,
        .connected = atomic_load(&observer->feeds[0].up),
        .events = atomic_load(&observer->events),
        .arrivals = atomic_load(&observer->arrivals),
        .set_aside = atomic_load(&observer->set_aside),
    };
    post_stats(observer->options.post, &out->lead);
    for (size_t i = 0; i < observer->feed_count; i++) {
        struct event_source_stats stats;
        event_source_stats(observer->feeds[i].source, &stats);
        out->connects += stats.connects;
        out->failures += stats.failures;
        out->unusable += stats.unusable;
        if (!*out->reason)
            memcpy(out->reason, stats.reason, sizeof out->reason);
    }
    pthread_mutex_lock(&observer->lock);
    out->has_skew =
        account_clock_skew(&observer->clock, clock_wall_ms(), clock_monotonic_ms(), &out->skew_ms);
    pthread_mutex_unlock(&observer->lock);
}

static bool add_source(struct observer *observer, event_source_open *open, struct text *why)
{
    struct feed *feed = &observer->feeds[observer->feed_count];
    const struct event_source_options options = {
        .endpoint = observer->options.endpoint,
        .store = observer->options.store,
        .unacknowledged_max = QUEUE_MAX,
        .callbacks = {.context = feed,
                      .wish = on_wish,
                      .up = on_up,
                      .down = on_down,
                      .event = on_event,
                      .clock = on_clock},
    };

    feed->observer = observer;
    feed->source = open ? open(&options, why) : NULL;
    observer->feed_count += feed->source != NULL;
    return feed->source != NULL;
}

static bool add_sources(struct observer *observer, struct text *why)
{
    const struct oem_endpoint *endpoint = observer->options.endpoint;

    if (endpoint->events == ENDPOINT_EVENTS_SQS) {
        if (!add_source(observer, event_module_find("event_source_sqs_open", why), why))
            return false;
    } else if (endpoint->observed && !add_source(observer, event_source_mqtt_open, why)) {
        return false;
    }
    return !endpoint->connectivity ||
           add_source(observer, event_module_find("event_source_connectivity_open", why), why);
}

static bool start_sources(struct observer *observer, struct text *why)
{
    for (size_t i = 0; i < observer->feed_count; i++) {
        if (event_source_start(observer->feeds[i].source))
            continue;
        text_puts(why, "there can be no more threads");
        return false;
    }
    return true;
}

struct observer *observer_new(const struct observer_options *options, struct text *why)
{
    struct observer *observer = memory_new(1, sizeof *observer);
    TEXT struct text said = TEXT_EMPTY;

    observer->options = *options;
    pthread_mutex_init(&observer->lock, NULL);
    if (add_sources(observer, &said) && start_sources(observer, &said))
        return observer;
    text_printf(why, "[endpoint.%s]: %s", options->endpoint->key, text_get(&said));
    observer_free(observer);
    return NULL;
}

void observer_free(struct observer *observer)
{
    if (!observer)
        return;
    for (size_t i = 0; i < observer->feed_count; i++)
        event_source_free(observer->feeds[i].source);
    pthread_mutex_destroy(&observer->lock);
    free(observer);
}
