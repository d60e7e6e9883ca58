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
#include "server/onboarding/flights.h"
#include "server/onboarding/latency.h"
#include "server/onboarding/record.h"
#include "server/onboarding/supply.h"

#define STEP_MS 1000           /* a step is taken at least so often */
#define ACKNOWLEDGED_WAIT_MS 5 /* PUBACKs may wait so long to be looked at together */
#define RECORD_ENOUGH 250      /* PUBACKs to be recorded together: they share the pages that are written */
#define RECORD_WAIT_MS 20      /* and how long fewer may wait while more are coming */
#define PUBACK_WAIT_MS 20000   /* a publish above AWS's rate is discarded, and nothing says so */
#define DUE_STEP_MS 50
#define REFUSALS_MAX 3 /* connections that one claim may cost before it is given up */

struct lane {
    struct lane_options options;
    struct mqtt *mqtt;
    struct pace pace;

    struct supply *supply;
    struct flights *flights;
    size_t careful; /* after a lost connection: so many PUBACKs one at a time, to find out who caused it */
    struct record *recording;  /* PUBACKs for the store, RECORD_ENOUGH + FLIGHTS_MAX at most; NULL: none */
    long long recording_since; /* monotonic */

    atomic_int records; /* that the store has not answered yet */

    /* From other threads. */
    pthread_mutex_t lock;
    bool lost, came_up;

    atomic_bool connected;
    atomic_ulong sent, acknowledged_total, refused;
    struct latency latency;
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

    if (flights_acknowledged(lane->flights, cookie))
        wake(lane);
}

/* ---- the dispatcher's thread ---- */

/* Rounded, so that claims that fall due together stand together in the store. */
static long long next_due_after(struct lane *lane, const struct delivery *delivery)
{
    const struct schedule *schedule = &lane->options.settings->schedule;
    long long due = clock_wall_ms() + schedule_delay_ms(schedule, delivery->attempts + 1, random_u32());

    return due - due % DUE_STEP_MS;
}

static struct record *new_record(struct lane *lane, size_t room)
{
    return record_new(lane->options.store, lane->options.account->name, &lane->records, room);
}

static void submit_recording(struct lane *lane)
{
    if (lane->recording)
        record_submit(lane->recording);
    lane->recording = NULL;
}

static void take_acknowledged(struct lane *lane)
{
    struct landing landed[FLIGHTS_MAX];
    size_t count = flights_land(lane->flights, landed);

    if (count == 0)
        return;
    if (!lane->recording) {
        lane->recording = new_record(lane, RECORD_ENOUGH + FLIGHTS_MAX);
        lane->recording_since = clock_monotonic_ms();
    }
    for (size_t i = 0; i < count; i++) {
        const struct delivery *delivery = &landed[i].delivery;
        long long due = next_due_after(lane, delivery);
        lane->careful -= lane->careful > 0;
        supply_expect(lane->supply, due);
        record_acknowledged(lane->recording, delivery->claim_id, due);
        latency_add(&lane->latency, landed[i].latency_ms);
        if (log_is_on(LOG_DEBUG))
            log_event(LOG_DEBUG, "claim.published", "account", lane->options.account->name, "thing",
                      LOG_THING(delivery->thing_name), NULL);
    }
    atomic_fetch_add(&lane->acknowledged_total, count);
    if (record_count(lane->recording) >= RECORD_ENOUGH)
        submit_recording(lane);
}

/* At once where no more are to come; returns the milliseconds until the rest may wait no longer. */
static long long record_when_due(struct lane *lane)
{
    if (!lane->recording)
        return STEP_MS;
    long long rest = lane->recording_since + RECORD_WAIT_MS - clock_monotonic_ms();
    if (rest > 0 && (flights_count(lane->flights) || supply_count(lane->supply)))
        return rest;
    submit_recording(lane);
    return STEP_MS;
}

static void refuse_flight(struct lane *lane, struct record *record, const struct delivery *delivery)
{
    bool give_up = delivery->refusals + 1 >= REFUSALS_MAX;

    record_refused(record, delivery->claim_id, next_due_after(lane, delivery), give_up);
    atomic_fetch_add(&lane->refused, 1);
    log_event(LOG_WARN, give_up ? "claim.refused" : "claim.connection_lost", "account",
              lane->options.account->name, "thing", LOG_THING(delivery->thing_name), NULL);
}

/* The publishes in flight will get no PUBACK. blame: whoever is alone may be the cause, since a publish that
 * the account does not allow costs the connection. All others are sent again, one at a time at first. */
static void give_back(struct lane *lane, bool blame)
{
    struct record *record = new_record(lane, FLIGHTS_MAX + SUPPLY_MAX);
    struct landing lost[FLIGHTS_MAX];
    size_t count = flights_lose(lane->flights, lost);

    if (count)
        lane->careful = count;
    if (blame && count == 1)
        refuse_flight(lane, record, &lost[0].delivery);
    for (size_t i = 0; i < count && !(blame && count == 1); i++)
        record_released(record, lost[i].delivery.claim_id, clock_wall_ms());
    const struct delivery *unsent;
    for (; (unsent = supply_first(lane->supply)); supply_drop_first(lane->supply))
        record_released(record, unsent->claim_id, clock_wall_ms());
    record_submit(record);
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

static size_t window(const struct lane *lane)
{
    return lane->careful ? 1 : FLIGHTS_MAX;
}

static enum mqtt_error publish(struct lane *lane, const struct delivery *delivery, const char *address,
                               unsigned long cookie)
{
    char topic[ENDPOINT_TOPIC_SIZE], payload[ENDPOINT_PAYLOAD_SIZE];

    endpoint_message_topic(delivery->thing_name, topic);
    size_t length = endpoint_message_payload(address, payload);
    return mqtt_publish(lane->mqtt, topic, payload, length, cookie);
}

/* False when nothing more can be sent now. */
static bool send_one(struct lane *lane, const struct delivery *delivery)
{
    const struct oem_endpoint *endpoint = claim_settings_endpoint(lane->options.settings, delivery->endpoint);
    unsigned long cookie;

    if (!endpoint) { /* its endpoint was taken out of the configuration; the window will end it */
        log_event(LOG_ERROR, "claim.no_endpoint", "endpoint", delivery->endpoint, NULL);
        return true;
    }
    if (!flights_start(lane->flights, delivery, window(lane), &cookie))
        return false;
    if (publish(lane, delivery, endpoint->connection.address, cookie) != MQTT_OK) {
        flights_abort(lane->flights, cookie);
        return false;
    }
    atomic_fetch_add(&lane->sent, 1);
    return true;
}

/* Sends while there is something, room in the window and credit; returns the milliseconds to wait for credit.
 */
static long long send_taken(struct lane *lane)
{
    const struct delivery *delivery;

    while (mqtt_is_connected(lane->mqtt) && flights_count(lane->flights) < window(lane) &&
           (delivery = supply_first(lane->supply))) {
        long long wait = pace_take(&lane->pace, clock_monotonic_ms());
        if (wait)
            return wait;
        if (!send_one(lane, delivery))
            break;
        supply_drop_first(lane->supply);
    }
    return STEP_MS;
}

/* Nobody is to blame: silence is no refusal, and what AWS discards above its rate may well be taken the next
 * time. */
static void reconnect_when_unanswered(struct lane *lane)
{
    if (!flights_overdue(lane->flights, PUBACK_WAIT_MS))
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
    long long wait = tick < 0 ? STEP_MS : least(tick, STEP_MS);

    take_news(lane);
    supply_update(lane->supply);
    reconnect_when_unanswered(lane);
    if (may_publish && mqtt_is_connected(lane->mqtt)) {
        supply_ask(lane->supply);
        wait = least(wait, send_taken(lane));
        supply_ask(lane->supply);
        wait = least(wait, supply_wait(lane->supply));
    }
    if (flights_count(lane->flights))
        wait = least(wait, ACKNOWLEDGED_WAIT_MS);
    wait = least(wait, record_when_due(lane));
    return wait > 0 ? wait : 0;
}

void lane_look(struct lane *lane)
{
    supply_look(lane->supply);
}

void lane_forget(struct lane *lane, long long claim_id)
{
    supply_forget(lane->supply, claim_id);
}

bool lane_settle(struct lane *lane, bool wait_for_flights)
{
    take_news(lane);
    supply_update(lane->supply);
    submit_recording(lane);
    if (supply_count(lane->supply) || (flights_count(lane->flights) && !wait_for_flights))
        give_back(lane, false);
    return atomic_load(&lane->records) == 0 && flights_count(lane->flights) == 0 &&
           !supply_is_asking(lane->supply);
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
        .in_flight = (int)flights_count(lane->flights),
    };
    mqtt_reason(lane->mqtt, out->reason);
    latency_read(&lane->latency, &out->latency);
}

struct lane *lane_new(const struct lane_options *options, struct text *why)
{
    const struct account_connection *connection = &options->account->connection;
    struct lane *lane = memory_new(1, sizeof *lane);
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "staging %s", options->account->name);
    struct mqtt_options mqtt = account_mqtt_options(connection, text_get(&name));
    struct mqtt_callbacks callbacks = {
        .context = lane, .connected = on_connected, .lost = on_lost, .acknowledged = on_acknowledged};

    mqtt.max_inflight = FLIGHTS_MAX;
    lane->options = *options;
    lane->flights = flights_new();
    pthread_mutex_init(&lane->lock, NULL);
    pace_init(&lane->pace, options->account->rate);
    lane->supply = supply_new(&(struct supply_options){
        .account = options->account,
        .store = options->store,
        .leased_by = options->leased_by,
        .wake = options->wake,
        .context = options->context,
    });
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
    flights_free(lane->flights);
    supply_free(lane->supply);
    free(lane);
}
