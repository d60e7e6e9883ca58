/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/lane.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "claim/endpoint_message.h"
#include "claim/mqtt.h"
#include "claim/pace.h"

#define WINDOW 100     /* IoT limits: unacknowledged publishes of a connection */
#define TAKE_MAX 512   /* claims taken at a time */
#define LEASE_MS 60000 /* how long they are ours */
#define LEASE_MARGIN_MS 5000
#define LOOK_AGAIN_MS 1000 /* another replica's lease may have run out */
/* PUBACKs to be looked at together: a thread switch for each costs more than it does. */
#define ACKNOWLEDGED_ENOUGH 25
#define ACKNOWLEDGED_WAIT_MS 5 /* and how long fewer may wait */
#define RECORD_ENOUGH 250      /* PUBACKs to be recorded together: they share the pages that are written */
#define RECORD_WAIT_MS 20      /* and how long fewer may wait while more are coming */
#define PUBACK_WAIT_MS 20000   /* a publish above AWS's rate is discarded, and nothing says so */
#define REFUSALS_MAX 3         /* connections that one claim may cost before it is given up */

const double dispatcher_latency_bounds[LATENCY_BUCKETS] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                           0.1,   0.25,   0.5,   1.0,  2.5,   5.0};

struct flight {
    bool busy;
    struct delivery delivery;
    long long sent_at; /* monotonic */
};

struct taken {
    struct delivery delivery;
    long long lease_ends; /* monotonic: ours until then */
};

struct lane {
    struct lane_options options;
    struct mqtt *mqtt;
    struct pace pace;

    struct taken taken[TAKE_MAX];
    size_t taken_first, taken_count;
    struct flight flights[WINDOW];
    atomic_size_t in_flight; /* of flights; other threads only read it */
    size_t careful; /* after a lost connection: so many PUBACKs one at a time, to find out who caused it */
    long long next_look; /* wall ms */
    bool leasing;
    struct outcome_job *recording; /* PUBACKs for the store, RECORD_ENOUGH + WINDOW at most; NULL: none */
    long long recording_since;     /* monotonic */

    struct lease_job *lease; /* the one job that takes claims, used again and again */
    atomic_int jobs;         /* store jobs under way */

    /* From other threads. */
    pthread_mutex_t lock;
    size_t acknowledged[WINDOW];
    long long acknowledged_at[WINDOW];
    size_t acknowledged_count;
    bool lost, came_up;
    bool lease_done;

    atomic_bool connected;
    atomic_int shown_in_flight;
    atomic_ulong sent, acknowledged_total, refused;
    atomic_ulong latency[LATENCY_BUCKETS + 1];
    atomic_ullong latency_sum_ms;
};

struct lease_job {
    struct store_job job;
    struct lane *lane;
    size_t room;
    struct delivery out[TAKE_MAX];
    size_t count;
    long long next_due;
    long long ends; /* monotonic */
    enum store_error result;
};

enum outcome_kind { OUTCOME_ACKNOWLEDGED, OUTCOME_RELEASED, OUTCOME_REFUSED };

struct outcome {
    long long claim_id;
    enum outcome_kind kind;
    long long due; /* wall ms */
    bool give_up;
};

/* What became of some deliveries, written down in one job. */
struct outcome_job {
    struct store_job job;
    struct lane *lane;
    size_t count;
    struct outcome outcomes[];
};

static void wake(struct lane *lane)
{
    lane->options.wake(lane->options.context);
}

/* ---- from the connection ---- */

static void on_connected(void *context, bool session_present)
{
    struct lane *lane = context;

    (void)session_present;
    pthread_mutex_lock(&lane->lock);
    lane->came_up = true;
    pthread_mutex_unlock(&lane->lock);
    atomic_store(&lane->connected, true);
    log_event(LOG_INFO, "staging.connected", "account", lane->options.account->name, NULL);
    wake(lane);
}

static void on_lost(void *context, const char *reason)
{
    struct lane *lane = context;

    pthread_mutex_lock(&lane->lock);
    lane->lost = true;
    pthread_mutex_unlock(&lane->lock);
    atomic_store(&lane->connected, false);
    log_event(LOG_WARN, "staging.not_connected", "account", lane->options.account->name, "reason", reason,
              NULL);
    wake(lane);
}

static void on_acknowledged(void *context, unsigned long cookie)
{
    struct lane *lane = context;

    pthread_mutex_lock(&lane->lock);
    if (lane->acknowledged_count < WINDOW) {
        lane->acknowledged_at[lane->acknowledged_count] = clock_monotonic_ms();
        lane->acknowledged[lane->acknowledged_count++] = cookie;
    }
    size_t waiting = lane->acknowledged_count;
    pthread_mutex_unlock(&lane->lock);
    if (waiting == ACKNOWLEDGED_ENOUGH || waiting >= atomic_load(&lane->in_flight))
        wake(lane);
}

/* ---- the store's jobs ---- */

static enum store_error lease_run(struct store_tx *tx, void *argument)
{
    struct lease_job *job = argument;
    struct lane *lane = job->lane;
    long long now = clock_wall_ms();

    return claims_lease(tx, lane->options.account->name, lane->options.leased_by, now, now + LEASE_MS,
                        job->out, job->room, &job->count, &job->next_due);
}

static void lease_ended(void *argument, enum store_error result)
{
    struct lease_job *job = argument;
    struct lane *lane = job->lane;

    pthread_mutex_lock(&lane->lock);
    job->result = result;
    lane->lease_done = true;
    pthread_mutex_unlock(&lane->lock);
    wake(lane);
    atomic_fetch_sub(&lane->jobs, 1);
}

static enum store_error outcome_run(struct store_tx *tx, void *argument)
{
    struct outcome_job *job = argument;
    const char *staging = job->lane->options.account->name;
    long long now = clock_wall_ms();
    enum store_error error = STORE_OK;

    for (size_t i = 0; i < job->count && !error; i++) {
        const struct outcome *outcome = &job->outcomes[i];
        if (outcome->kind == OUTCOME_ACKNOWLEDGED)
            error = claims_acknowledged(tx, staging, outcome->claim_id, now, outcome->due);
        else if (outcome->kind == OUTCOME_RELEASED)
            error = claims_release(tx, staging, outcome->claim_id, outcome->due);
        else
            error = claims_refused(tx, staging, outcome->claim_id, now, outcome->due, outcome->give_up);
    }
    return error;
}

/* Where it could not be written, the lease runs out and the claim is published once more: harmless. */
static void outcome_ended(void *argument, enum store_error result)
{
    struct outcome_job *job = argument;
    struct lane *lane = job->lane;

    if (result)
        log_event(LOG_ERROR, "dispatcher.not_recorded", "account", lane->options.account->name, "error",
                  store_error_name(result), "claims", LOG_NUMBER(job->count), NULL);
    free(job);
    atomic_fetch_sub(&lane->jobs, 1);
}

static struct outcome_job *outcome_new(struct lane *lane, size_t room)
{
    struct outcome_job *job = memory_new(1, sizeof *job + room * sizeof *job->outcomes);

    job->lane = lane;
    job->job = (struct store_job){.run = outcome_run, .done = outcome_ended, .argument = job, .writes = true};
    return job;
}

static void outcome_submit(struct outcome_job *job)
{
    if (job->count == 0) {
        free(job);
        return;
    }
    atomic_fetch_add(&job->lane->jobs, 1);
    enum store_error error = store_submit(job->lane->options.store, &job->job);
    if (error)
        outcome_ended(job, error);
}

static void outcome_add(struct outcome_job *job, enum outcome_kind kind, const struct delivery *delivery,
                        long long due, bool give_up)
{
    job->outcomes[job->count++] = (struct outcome){delivery->claim_id, kind, due, give_up};
}

/* ---- the dispatcher's thread ---- */

static void expect_due(struct lane *lane, long long due)
{
    if (due < lane->next_look)
        lane->next_look = due;
}

static long long next_due_after(struct lane *lane, const struct delivery *delivery)
{
    return clock_wall_ms() +
           schedule_delay_ms(&lane->options.settings->schedule, delivery->attempts + 1, random_u32());
}

static void count_latency(struct lane *lane, long long ms)
{
    size_t bucket = 0;

    while (bucket < LATENCY_BUCKETS && (double)ms > dispatcher_latency_bounds[bucket] * 1000.0)
        bucket++;
    atomic_fetch_add(&lane->latency[bucket], 1);
    atomic_fetch_add(&lane->latency_sum_ms, (unsigned long long)ms);
}

static void record(struct lane *lane)
{
    if (lane->recording)
        outcome_submit(lane->recording);
    lane->recording = NULL;
}

static void take_acknowledged(struct lane *lane)
{
    size_t slots[WINDOW], count;
    long long at[WINDOW];

    pthread_mutex_lock(&lane->lock);
    count = lane->acknowledged_count;
    memcpy(slots, lane->acknowledged, count * sizeof *slots);
    memcpy(at, lane->acknowledged_at, count * sizeof *at);
    lane->acknowledged_count = 0;
    pthread_mutex_unlock(&lane->lock);
    if (count == 0)
        return;
    if (!lane->recording) {
        lane->recording = outcome_new(lane, RECORD_ENOUGH + WINDOW);
        lane->recording_since = clock_monotonic_ms();
    }
    for (size_t i = 0; i < count; i++) {
        struct flight *flight = &lane->flights[slots[i]];
        if (!flight->busy)
            continue;
        flight->busy = false;
        lane->in_flight--;
        lane->careful -= lane->careful > 0;
        long long due = next_due_after(lane, &flight->delivery);
        expect_due(lane, due);
        outcome_add(lane->recording, OUTCOME_ACKNOWLEDGED, &flight->delivery, due, false);
        count_latency(lane, at[i] - flight->sent_at);
        log_event(LOG_DEBUG, "claim.published", "account", lane->options.account->name, "thing",
                  LOG_THING(flight->delivery.thing_name), NULL);
        atomic_fetch_add(&lane->acknowledged_total, 1);
    }
    if (lane->recording->count >= RECORD_ENOUGH)
        record(lane);
}

/* At once where no more are to come; returns the milliseconds until the rest may wait no longer. */
static long long record_when_due(struct lane *lane)
{
    if (!lane->recording)
        return LOOK_AGAIN_MS;
    long long rest = lane->recording_since + RECORD_WAIT_MS - clock_monotonic_ms();
    if (rest > 0 && (lane->in_flight || lane->taken_count))
        return rest;
    record(lane);
    return LOOK_AGAIN_MS;
}

static void release_taken(struct lane *lane, struct outcome_job *job)
{
    for (; lane->taken_count; lane->taken_count--, lane->taken_first++)
        outcome_add(job, OUTCOME_RELEASED, &lane->taken[lane->taken_first].delivery, clock_wall_ms(), false);
}

static void refuse_flight(struct lane *lane, struct outcome_job *job, const struct delivery *delivery)
{
    bool give_up = delivery->refusals + 1 >= REFUSALS_MAX;

    outcome_add(job, OUTCOME_REFUSED, delivery, next_due_after(lane, delivery), give_up);
    atomic_fetch_add(&lane->refused, 1);
    log_event(LOG_WARN, give_up ? "claim.refused" : "claim.connection_lost", "account",
              lane->options.account->name, "thing", LOG_THING(delivery->thing_name), NULL);
}

/* The publishes in flight will get no PUBACK. blame: whoever is alone may be the cause, since a publish that
 * the account does not allow costs the connection. All others are sent again, one at a time at first. */
static void give_back(struct lane *lane, bool blame)
{
    struct outcome_job *job = outcome_new(lane, WINDOW + TAKE_MAX);
    bool alone = blame && lane->in_flight == 1;

    if (lane->in_flight)
        lane->careful = lane->in_flight;
    for (size_t i = 0; i < WINDOW; i++) {
        struct flight *flight = &lane->flights[i];
        if (flight->busy && alone)
            refuse_flight(lane, job, &flight->delivery);
        else if (flight->busy)
            outcome_add(job, OUTCOME_RELEASED, &flight->delivery, clock_wall_ms(), false);
        flight->busy = false;
    }
    lane->in_flight = 0;
    release_taken(lane, job);
    outcome_submit(job);
    lane_look(lane);
}

static void take_news(struct lane *lane)
{
    take_acknowledged(lane);
    pthread_mutex_lock(&lane->lock);
    bool lost = lane->lost, came_up = lane->came_up;
    lane->lost = lane->came_up = false;
    pthread_mutex_unlock(&lane->lock);
    if (lost)
        give_back(lane, true);
    if (came_up)
        lane_look(lane);
}

static void take_lease(struct lane *lane)
{
    struct lease_job *job = lane->lease;

    pthread_mutex_lock(&lane->lock);
    bool done = lane->lease_done;
    lane->lease_done = false;
    pthread_mutex_unlock(&lane->lock);
    if (!done)
        return;
    lane->leasing = false;
    if (job->result) {
        lane->next_look = clock_wall_ms() + LOOK_AGAIN_MS;
        return;
    }
    memmove(lane->taken, lane->taken + lane->taken_first, lane->taken_count * sizeof *lane->taken);
    lane->taken_first = 0;
    for (size_t i = 0; i < job->count; i++)
        lane->taken[lane->taken_count++] = (struct taken){job->out[i], job->ends};
    if (job->count == job->room)
        lane_look(lane);
    else if (job->next_due)
        expect_due(lane, job->next_due);
}

/* Half a second's worth at a limited rate: what is taken early may arrive before it is sent. */
static size_t wanted(const struct lane *lane)
{
    size_t most = TAKE_MAX;
    int rate = lane->options.account->rate;

    if (rate > 0 && rate / 2 < TAKE_MAX)
        most = rate / 2 > 8 ? (size_t)rate / 2 : 8;
    return lane->taken_count < most / 2 ? most - lane->taken_count : 0;
}

static void start_lease(struct lane *lane)
{
    struct lease_job *job = lane->lease;
    size_t room = wanted(lane);

    if (lane->leasing || room == 0 || clock_wall_ms() < lane->next_look)
        return;
    job->room = room;
    lane->leasing = true;
    lane->next_look = clock_wall_ms() + LOOK_AGAIN_MS;
    job->ends = clock_monotonic_ms() + LEASE_MS - LEASE_MARGIN_MS;
    atomic_fetch_add(&lane->jobs, 1);
    enum store_error error = store_submit(lane->options.store, &job->job);
    if (error)
        lease_ended(job, error);
}

static struct flight *free_flight(struct lane *lane)
{
    size_t window = lane->careful ? 1 : WINDOW;

    if (lane->in_flight >= window)
        return NULL;
    for (size_t i = 0; i < WINDOW; i++)
        if (!lane->flights[i].busy)
            return &lane->flights[i];
    return NULL;
}

static bool send_one(struct lane *lane, struct flight *flight)
{
    const struct delivery *delivery = &lane->taken[lane->taken_first].delivery;
    const struct oem_endpoint *endpoint = claim_settings_endpoint(lane->options.settings, delivery->endpoint);
    char topic[ENDPOINT_TOPIC_SIZE], payload[ENDPOINT_PAYLOAD_SIZE];

    if (!endpoint) { /* its endpoint was taken out of the configuration; the window will end it */
        log_event(LOG_ERROR, "claim.no_endpoint", "endpoint", delivery->endpoint, NULL);
        return true;
    }
    endpoint_message_topic(delivery->thing_name, topic);
    size_t length = endpoint_message_payload(endpoint->connection.address, payload);
    flight->delivery = *delivery;
    flight->sent_at = clock_monotonic_ms();
    flight->busy = true;
    enum mqtt_error error =
        mqtt_publish(lane->mqtt, topic, payload, length, (unsigned long)(flight - lane->flights));
    if (error) {
        flight->busy = false;
        return false;
    }
    lane->in_flight++;
    atomic_fetch_add(&lane->sent, 1);
    return true;
}

/* Sends while there is something, room in the window and credit; returns the milliseconds to wait for credit.
 */
static long long send_taken(struct lane *lane)
{
    struct flight *flight;

    while (lane->taken_count && mqtt_is_connected(lane->mqtt) && (flight = free_flight(lane))) {
        long long wait = pace_take(&lane->pace, clock_monotonic_ms());
        if (wait)
            return wait;
        if (!send_one(lane, flight))
            break;
        lane->taken_first++;
        lane->taken_count--;
    }
    return LOOK_AGAIN_MS;
}

/* Leases that ran out while the connection was slow: the claims are the store's again. The oldest come first.
 */
static void drop_overdue(struct lane *lane)
{
    long long now = clock_monotonic_ms();

    for (; lane->taken_count && now > lane->taken[lane->taken_first].lease_ends; lane->taken_count--)
        lane->taken_first++;
}

/* Nobody is to blame: silence is no refusal, and what AWS discards above its rate may well be taken the next
 * time. */
static void reconnect_when_unanswered(struct lane *lane)
{
    long long oldest = clock_monotonic_ms() - PUBACK_WAIT_MS;
    bool overdue = false;

    for (size_t i = 0; i < WINDOW && lane->in_flight && !overdue; i++)
        overdue = lane->flights[i].busy && lane->flights[i].sent_at < oldest;
    if (!overdue)
        return;
    log_event(LOG_WARN, "staging.no_puback", "account", lane->options.account->name, NULL);
    atomic_store(&lane->connected, false);
    mqtt_pause(lane->mqtt);
    mqtt_resume(lane->mqtt);
    give_back(lane, false);
}

static long long least(long long a, long long b)
{
    return a < b ? a : b;
}

long long lane_step(struct lane *lane, bool may_publish)
{
    long long tick = mqtt_tick(lane->mqtt);
    long long wait = tick < 0 ? LOOK_AGAIN_MS : least(tick, LOOK_AGAIN_MS);

    take_news(lane);
    take_lease(lane);
    drop_overdue(lane);
    reconnect_when_unanswered(lane);
    if (may_publish && mqtt_is_connected(lane->mqtt)) {
        start_lease(lane);
        wait = least(wait, send_taken(lane));
        start_lease(lane);
        if (!lane->leasing && lane->taken_count == 0)
            wait = least(wait, lane->next_look - clock_wall_ms());
    }
    if (lane->in_flight)
        wait = least(wait, ACKNOWLEDGED_WAIT_MS);
    wait = least(wait, record_when_due(lane));
    atomic_store(&lane->shown_in_flight, (int)lane->in_flight);
    return wait > 0 ? wait : 0;
}

void lane_look(struct lane *lane)
{
    lane->next_look = 0;
}

void lane_forget(struct lane *lane, long long claim_id)
{
    size_t kept = lane->taken_first;

    for (size_t i = 0; i < lane->taken_count; i++) {
        const struct taken *taken = &lane->taken[lane->taken_first + i];
        if (taken->delivery.claim_id != claim_id)
            lane->taken[kept++] = *taken;
    }
    lane->taken_count = kept - lane->taken_first;
}

bool lane_settle(struct lane *lane, bool wait_for_flights)
{
    take_news(lane);
    take_lease(lane);
    record(lane);
    if (lane->taken_count || (lane->in_flight && !wait_for_flights))
        give_back(lane, false);
    return atomic_load(&lane->jobs) == 0 && lane->in_flight == 0 && !lane->leasing;
}

void lane_stats(struct lane *lane, struct dispatcher_stats *out)
{
    *out = (struct dispatcher_stats){
        .staging = lane->options.account->name,
        .connected = atomic_load(&lane->connected),
        .connects = mqtt_connect_count(lane->mqtt),
        .failures = mqtt_failure_count(lane->mqtt),
        .sent = atomic_load(&lane->sent),
        .acknowledged = atomic_load(&lane->acknowledged_total),
        .refused = atomic_load(&lane->refused),
        .latency_sum = (double)atomic_load(&lane->latency_sum_ms) / 1000.0,
        .in_flight = atomic_load(&lane->shown_in_flight),
    };
    mqtt_reason(lane->mqtt, out->reason);
    for (size_t i = 0; i <= LATENCY_BUCKETS; i++)
        out->latency[i] = atomic_load(&lane->latency[i]);
}

struct lane *lane_new(const struct lane_options *options, struct text *why)
{
    const struct account_connection *connection = &options->account->connection;
    struct lane *lane = memory_new(1, sizeof *lane);
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "staging %s", options->account->name);
    struct mqtt_options mqtt = {
        .name = text_get(&name),
        .address = connection->address,
        .port = connection->port,
        .client_id = connection->client_id,
        .ca_file = connection->ca_file,
        .cert_file = connection->cert_file,
        .key_file = connection->key_file,
        .max_inflight = WINDOW,
    };
    struct mqtt_callbacks callbacks = {
        .context = lane, .connected = on_connected, .lost = on_lost, .acknowledged = on_acknowledged};
    lane->options = *options;
    pthread_mutex_init(&lane->lock, NULL);
    pace_init(&lane->pace, options->account->rate);
    lane->lease = memory_new(1, sizeof *lane->lease);
    lane->lease->lane = lane;
    lane->lease->job =
        (struct store_job){.run = lease_run, .done = lease_ended, .argument = lane->lease, .writes = true};
    enum mqtt_error error = mqtt_new(&mqtt, &callbacks, &lane->mqtt);
    if (error == MQTT_OK)
        return lane;
    text_printf(why, "[staging.%s]: %s", options->account->name, mqtt_error_name(error));
    lane_free(lane);
    return NULL;
}

void lane_free(struct lane *lane)
{
    if (!lane)
        return;
    mqtt_free(lane->mqtt);
    pthread_mutex_destroy(&lane->lock);
    free(lane->lease);
    free(lane);
}
