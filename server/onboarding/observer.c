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
#include "claim/subscriber.h"
#include "server/store/claims.h"
#include "server/store/leaders.h"
#include "server/store/store_clock.h"

#define QUEUE_MAX 1000 /* AWS has 100 messages in flight at most; brokers of other makes have fewer */
#define QUIET_MS 300   /* no event for so long after SUBACK: what the account had kept has come */
#define STEP_MS 1000
#define RETRY_MS 500 /* after the store could not take a batch */
#define STAMP_AHEAD_MAX_MS (2 * 3600 * 1000LL)
#define STAMP_AGE_MAX_MS (8 * 24 * 3600 * 1000LL)
#define SKEW_WARN_MS 5000 /* of the two clocks */

struct event {
    struct sighting sighting;
    struct subscriber_receipt receipt;
    bool wanted; /* it may concern a claim */
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
    struct subscriber *subscriber;
    struct outage outage; /* only for the subscriber's thread */

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
    struct event queue[2 * QUEUE_MAX]; /* of this connection, and of the one before */
    size_t queued;
    struct account_clock clock;
    bool answered;
    enum store_error result;

    atomic_bool subscribed, busy;
    atomic_llong last_event; /* monotonic, also SUBACK */
    atomic_ulong events, arrivals, set_aside;
};

/* ---- the subscriber's thread ---- */

static enum subscriber_wish wish(void *context)
{
    static const enum subscriber_wish wishes[] = {[LEAD_FOLLOWS] = SUBSCRIBER_DISCONNECT,
                                                  [LEAD_LAPSED] = SUBSCRIBER_STAY,
                                                  [LEAD_LEADS] = SUBSCRIBER_CONNECT};
    const struct observer *observer = context;
    long long term;

    return wishes[post_lead(observer->options.post, &term)];
}

static void wake(struct observer *observer)
{
    observer->options.wake(observer->options.context);
}

/* What the account delivers again makes the queue's copies superfluous. So they leave room: an event for
 * which there is none would stay unacknowledged, and the account would wait for it. */
static void drop_delivered_again(struct observer *observer, unsigned connection)
{
    size_t kept = 0;

    pthread_mutex_lock(&observer->lock);
    for (size_t i = 0; i < observer->queued; i++) {
        const struct subscriber_receipt *receipt = &observer->queue[i].receipt;
        if (receipt->id == 0 || receipt->connection == connection)
            observer->queue[kept++] = observer->queue[i];
    }
    observer->queued = kept;
    pthread_mutex_unlock(&observer->lock);
}

static void on_subscribed(void *context, bool session_present, unsigned connection)
{
    struct observer *observer = context;

    if (session_present)
        drop_delivered_again(observer, connection);

    log_event(LOG_INFO, "endpoint.connected", "endpoint", observer->options.endpoint->key, "session",
              session_present ? "kept" : "new", NULL);
    outage_end(&observer->outage);
    atomic_store(&observer->last_event, clock_monotonic_ms());
    atomic_store(&observer->subscribed, true);
    wake(observer);
}

static void on_refused(void *context, const char *filter)
{
    struct observer *observer = context;

    log_event(LOG_ERROR, "endpoint.subscription_refused", "endpoint", observer->options.endpoint->key,
              "topic", filter, NULL);
}

static void on_lost(void *context, const char *reason)
{
    struct observer *observer = context;

    atomic_store(&observer->subscribed, false);
    if (outage_is_news(&observer->outage, reason, clock_monotonic_ms()))
        log_event(LOG_WARN, "endpoint.not_connected", "endpoint", observer->options.endpoint->key, "reason",
                  reason, NULL);
}

/* A session is kept for a week at most (IoT), and clocks may be wrong by an hour. Other time stamps are not
 * the account's. */
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

/* There is room unless the account forgets its session again and again while the store takes nothing: the
 * subscriber stops reading in time. */
static void on_message(void *context, const struct subscriber_message *message)
{
    struct observer *observer = context;
    struct event event = {.receipt = message->receipt, .sighting = {.received_at = store_clock_ms()}};

    atomic_fetch_add(&observer->events, 1);
    if (!presence_parse(message->topic, message->payload, message->length, &event.sighting.presence)) {
        subscriber_acknowledge(observer->subscriber, &message->receipt, 1);
        return;
    }
    if (add_event(observer, &event)) {
        wake(observer);
        return;
    }
    atomic_fetch_add(&observer->set_aside, 1);
    subscriber_acknowledge(observer->subscriber, &message->receipt, 1);
}

/* ---- the store's threads ---- */

static enum store_error look(struct store_tx *tx, void *argument)
{
    struct observer *observer = argument;
    const struct sighting *list[QUEUE_MAX];
    bool wanted[QUEUE_MAX];

    for (size_t i = 0; i < observer->count; i++)
        list[i] = &observer->batch[i].sighting;
    enum store_error error =
        claims_wanted(tx, observer->options.endpoint->key, list, observer->count, wanted);
    for (size_t i = 0; i < observer->count; i++)
        observer->batch[i].wanted = error || wanted[i];
    return error;
}

static enum store_error record(struct store_tx *tx, void *argument)
{
    struct observer *observer = argument;
    enum store_error error = leaders_check(tx, post_name(observer->options.post), observer->term);

    for (size_t i = observer->first; i < observer->end && !error; i++) {
        struct event *event = &observer->batch[i];
        if (event->wanted)
            error = claims_arrived(tx, observer->options.endpoint->key, &event->sighting, store_clock_ms(),
                                   &event->arrival, &event->claim_id);
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
        observer->batch[i].wanted = true; /* until the store has looked */
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
    struct subscriber_receipt receipts[QUEUE_MAX];
    size_t count = 0;

    for (; observer->acknowledged < observer->first; observer->acknowledged++) {
        const struct event *event = &observer->batch[observer->acknowledged];
        report(observer, event);
        receipts[count++] = event->receipt;
    }
    if (count)
        subscriber_acknowledge(observer->subscriber, receipts, count);
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

/* What another portal observes now is not acknowledged, and the account delivers it to that one. Returns true
 * if this process leads. */
static bool follow_lead(struct observer *observer)
{
    enum lead lead = post_lead(observer->options.post, &observer->term);

    if (lead != observer->lead)
        subscriber_ask(observer->subscriber);
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
    subscriber_reconnect(observer->subscriber);
}

void observer_pause(struct observer *observer)
{
    subscriber_pause(observer->subscriber);
}

void observer_give_up(struct observer *observer)
{
    pthread_mutex_lock(&observer->lock);
    observer->queued = 0;
    pthread_mutex_unlock(&observer->lock);
    if (!observer->has_job)
        drop_batch(observer);
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

    if (post_lead(observer->options.post, &term) == LEAD_FOLLOWS)
        return true;
    return atomic_load(&observer->subscribed) && observer_is_idle(observer) &&
           clock_monotonic_ms() - atomic_load(&observer->last_event) >= QUIET_MS;
}

void observer_stats(struct observer *observer, struct watcher_stats *out)
{
    *out = (struct watcher_stats){
        .endpoint = observer->options.endpoint->key,
        .observed = true,
        .connected = atomic_load(&observer->subscribed),
        .connects = subscriber_connect_count(observer->subscriber),
        .failures = subscriber_failure_count(observer->subscriber),
        .events = atomic_load(&observer->events),
        .arrivals = atomic_load(&observer->arrivals),
        .set_aside = atomic_load(&observer->set_aside),
    };
    subscriber_reason(observer->subscriber, out->reason);
    post_stats(observer->options.post, &out->lead);
    pthread_mutex_lock(&observer->lock);
    out->has_skew =
        account_clock_skew(&observer->clock, clock_wall_ms(), clock_monotonic_ms(), &out->skew_ms);
    pthread_mutex_unlock(&observer->lock);
}

struct observer *observer_new(const struct observer_options *options, struct text *why)
{
    struct observer *observer = memory_new(1, sizeof *observer);
    const struct subscriber_options subscriber = {
        .connection = &options->endpoint->connection,
        .client_id = options->endpoint->connection.client_id,
        .filters = {PRESENCE_TOPIC_CREATED, PRESENCE_TOPIC_CONNECTED},
        .keep_session = true,
        .unacknowledged_max = QUEUE_MAX,
    };
    const struct subscriber_callbacks callbacks = {
        .context = observer,
        .wish = wish,
        .subscribed = on_subscribed,
        .refused = on_refused,
        .lost = on_lost,
        .message = on_message,
    };

    observer->options = *options;
    pthread_mutex_init(&observer->lock, NULL);
    enum mqtt_error error = subscriber_new(&subscriber, &callbacks, &observer->subscriber);
    error = error ? error : subscriber_start(observer->subscriber);
    if (error == MQTT_OK)
        return observer;
    text_printf(why, "[endpoint.%s]: %s", options->endpoint->key, mqtt_error_name(error));
    observer_free(observer);
    return NULL;
}

void observer_free(struct observer *observer)
{
    if (!observer)
        return;
    subscriber_free(observer->subscriber);
    pthread_mutex_destroy(&observer->lock);
    free(observer);
}
