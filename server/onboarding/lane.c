/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/lane.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "claim/outage.h"
#include "claim/publisher.h"
#include "server/onboarding/supply.h"
#include "server/store/claims.h"
#include "server/store/leaders.h"
#include "server/store/store_clock.h"

#define RECORD_ENOUGH 250 /* outcomes to record together: they share the pages that are written */
#define RECORD_WAIT_MS 20 /* how long fewer may wait while more are expected */
#define RECORD_MAX (RECORD_ENOUGH + PUBLISHER_WINDOW_MAX + SUPPLY_MAX)
#define DUE_STEP_MS 50

/* What became of one claim's publish. */
struct entry {
    long long claim_id, due; /* of store_clock.h: when to publish again */
    enum publication_outcome outcome;
};

/* Outcomes that one job writes to the store. The lane's until it is submitted; then the store's. */
struct record {
    struct store_job job;
    struct lane *lane;
    long long term; /* in which it was published */
    size_t count;
    struct entry entries[RECORD_MAX];
};

struct lane {
    struct lane_options options;
    struct publisher *publisher;
    struct supply *supply;
    struct publisher_news news;
    struct outage outage;
    long long term;          /* the last one in which this process led */
    atomic_bool look;        /* leases of the leader before were given up */
    struct record *record;   /* outcomes for the store; NULL: none */
    long long record_since;  /* monotonic */
    atomic_int records_sent; /* that the store has not answered yet */

    atomic_ulong sent, acknowledged, refused;
    struct latency latency;
};

/* ---- the store's thread ---- */

static enum store_error write_record(struct store_tx *tx, void *argument)
{
    struct record *record = argument;
    const char *staging = record->lane->options.account->name;
    long long now = store_clock_ms();
    enum store_error error = leaders_check(tx, post_name(record->lane->options.post), record->term);

    for (size_t i = 0; i < record->count && !error; i++) {
        const struct entry *entry = &record->entries[i];
        if (entry->outcome == PUBLICATION_ACKNOWLEDGED)
            error = claims_acknowledged(tx, staging, entry->claim_id, now, entry->due);
        else if (entry->outcome == PUBLICATION_RELEASED)
            error = claims_release(tx, staging, entry->claim_id, entry->due);
        else
            error = claims_refused(tx, staging, entry->claim_id, now, entry->due,
                                   entry->outcome == PUBLICATION_GIVEN_UP);
    }
    return error;
}

/* If a record cannot be written, its leases run out and its claims are published again, which is harmless. */
static void record_written(void *argument, enum store_error result)
{
    struct record *record = argument;
    struct lane *lane = record->lane;

    if (result)
        log_event(LOG_ERROR, "dispatcher.not_recorded", "account", lane->options.account->name, "error",
                  store_error_name(result), "claims", LOG_NUMBER(record->count), NULL);
    free(record);
    atomic_fetch_sub(&lane->records_sent, 1);
}

/* The leases of the leader before, who may have died with them. */
struct clearing {
    struct store_job job;
    struct lane *lane;
    long long term;
};

static enum store_error clear_leases(struct store_tx *tx, void *argument)
{
    const struct clearing *clearing = argument;
    const struct lane_options *options = &clearing->lane->options;
    enum store_error error = leaders_check(tx, post_name(options->post), clearing->term);

    return error ? error : claims_clear_leases(tx, options->account->name);
}

static void leases_cleared(void *argument, enum store_error result)
{
    struct clearing *clearing = argument;
    struct lane *lane = clearing->lane;

    if (result)
        log_event(LOG_WARN, "dispatcher.leases_kept", "account", lane->options.account->name, "error",
                  store_error_name(result), NULL);
    free(clearing);
    atomic_store(&lane->look, true);
    lane->options.wake(lane->options.context);
    atomic_fetch_sub(&lane->records_sent, 1);
}

/* ---- the dispatcher's thread ---- */

static void submit_record(struct lane *lane)
{
    struct record *record = lane->record;

    if (!record)
        return;
    lane->record = NULL;
    atomic_fetch_add(&lane->records_sent, 1);
    enum store_error error = store_submit(lane->options.store, &record->job);
    if (error)
        record_written(record, error);
}

static void add_entry(struct lane *lane, long long claim_id, long long due, enum publication_outcome outcome)
{
    if (!lane->record) {
        struct record *record = memory_new(1, sizeof *record);
        record->lane = lane;
        record->term = lane->term;
        record->job = (struct store_job){
            .run = write_record, .done = record_written, .argument = record, .writes = true};
        lane->record = record;
        lane->record_since = clock_monotonic_ms();
    }
    lane->record->entries[lane->record->count++] = (struct entry){claim_id, due, outcome};
    if (lane->record->count == RECORD_MAX)
        submit_record(lane);
}

/* Rounded, so that claims that are due together are stored together. */
static long long next_due_after(const struct lane *lane, const struct publication *publication)
{
    const struct schedule *schedule = &lane->options.settings->schedule;
    long long due = store_clock_ms() + schedule_delay_ms(schedule, publication->attempts + 1, random_u32());

    return due - due % DUE_STEP_MS;
}

static void log_publication(const struct lane *lane, enum log_level level, const char *event,
                            const struct publication *publication)
{
    if (log_is_on(level))
        log_event(level, event, "account", lane->options.account->name, "thing",
                  LOG_THING(publication->thing_name), NULL);
}

static void take_end(struct lane *lane, const struct publication_end *end)
{
    const struct publication *publication = &end->publication;
    long long due = store_clock_ms();

    switch (end->outcome) {
    case PUBLICATION_RELEASED:
        break;
    case PUBLICATION_ACKNOWLEDGED:
        due = next_due_after(lane, publication);
        supply_expect(lane->supply, due);
        atomic_fetch_add(&lane->acknowledged, 1);
        latency_add(&lane->latency, end->latency_ms);
        log_publication(lane, LOG_DEBUG, "claim.published", publication);
        break;
    case PUBLICATION_REFUSED:
    case PUBLICATION_GIVEN_UP:
        due = next_due_after(lane, publication);
        atomic_fetch_add(&lane->refused, 1);
        log_publication(lane, LOG_WARN,
                        end->outcome == PUBLICATION_GIVEN_UP ? "claim.refused" : "claim.connection_lost",
                        publication);
    }
    add_entry(lane, publication->id, due, end->outcome);
}

/* Returns the claims that were leased and not sent: while this lane is not connected, others may have them.
 */
static void return_supply(struct lane *lane)
{
    const struct delivery *unsent;

    for (; (unsent = supply_first(lane->supply)); supply_drop_first(lane->supply))
        add_entry(lane, unsent->claim_id, store_clock_ms(), PUBLICATION_RELEASED);
}

static void take_news(struct lane *lane)
{
    const struct publisher_news *news = &lane->news;
    const char *account = lane->options.account->name;

    for (size_t i = 0; i < news->end_count; i++)
        take_end(lane, &news->ends[i]);
    if (lane->record && lane->record->count >= RECORD_ENOUGH)
        submit_record(lane);
    if (news->down) {
        if (outage_is_news(&lane->outage, news->reason, clock_monotonic_ms()))
            log_event(LOG_WARN, "staging.not_connected", "account", account, "reason", news->reason, NULL);
        return_supply(lane);
        submit_record(lane);
    }
    if (news->up) {
        outage_end(&lane->outage);
        log_event(LOG_INFO, "staging.connected", "account", account, NULL);
    }
    if (news->down || news->up)
        lane_look(lane);
}

/* Submits at once if no more outcomes are expected. Returns the milliseconds until the record must be
 * submitted. */
static long long submit_record_if_due(struct lane *lane)
{
    if (!lane->record)
        return PUBLISHER_STEP_MAX_MS;
    long long rest = lane->record_since + RECORD_WAIT_MS - clock_monotonic_ms();
    if (rest > 0 && (publisher_in_flight(lane->publisher) || supply_count(lane->supply)))
        return rest;
    submit_record(lane);
    return PUBLISHER_STEP_MAX_MS;
}

static enum publisher_answer send_one(struct lane *lane, const struct delivery *delivery, long long *wait)
{
    const struct oem_endpoint *endpoint = claim_settings_endpoint(lane->options.settings, delivery->endpoint);
    struct publication publication = {
        .id = delivery->claim_id, .attempts = delivery->attempts, .refusals = delivery->refusals};

    if (!endpoint) { /* it was removed from the configuration; the claim ends with its window */
        log_event(LOG_ERROR, "claim.no_endpoint", "endpoint", delivery->endpoint, NULL);
        return PUBLISHER_BAD_NAME;
    }
    memcpy(publication.thing_name, delivery->thing_name, sizeof publication.thing_name);
    enum publisher_answer answer =
        publisher_send(lane->publisher, &publication, endpoint->connection.address, wait);
    if (answer == PUBLISHER_BAD_NAME)
        log_publication(lane, LOG_ERROR, "claim.bad_name", &publication);
    return answer;
}

static bool leads(const struct lane *lane)
{
    long long term;

    return post_lead(lane->options.post, &term) == LEAD_LEADS && term == lane->term;
}

/* Sends what is leased until the publisher has no room; returns the milliseconds until it may have. */
static long long send_supply(struct lane *lane)
{
    const struct delivery *delivery;
    long long wait = PUBLISHER_STEP_MAX_MS;

    while (leads(lane) && publisher_has_room(lane->publisher) && (delivery = supply_first(lane->supply))) {
        enum publisher_answer answer = send_one(lane, delivery, &wait);
        if (answer == PUBLISHER_WAIT || answer == PUBLISHER_BUSY)
            break;
        atomic_fetch_add(&lane->sent, answer == PUBLISHER_SENT);
        supply_drop_first(lane->supply);
    }
    return wait;
}

static long long least(long long a, long long b)
{
    return a < b ? a : b;
}

static void begin_term(struct lane *lane, long long term)
{
    struct clearing *clearing = memory_new(1, sizeof *clearing);

    lane->term = term;
    publisher_resume(lane->publisher);
    *clearing = (struct clearing){.lane = lane, .term = term};
    clearing->job =
        (struct store_job){.run = clear_leases, .done = leases_cleared, .argument = clearing, .writes = true};
    atomic_fetch_add(&lane->records_sent, 1);
    enum store_error error = store_submit(lane->options.store, &clearing->job);
    if (error)
        leases_cleared(clearing, error);
}

/* What is in flight is published again by the next leader. */
static void end_term(struct lane *lane)
{
    submit_record(lane);
    lane->news.end_count = publisher_release(lane->publisher, lane->news.ends);
    publisher_pause(lane->publisher);
    while (supply_first(lane->supply))
        supply_drop_first(lane->supply);
}

long long lane_follow_lead(struct lane *lane)
{
    long long term;
    enum lead lead = post_lead(lane->options.post, &term);

    if (lead == LEAD_LEADS && term != lane->term)
        begin_term(lane, term);
    else if (lead == LEAD_LEADS)
        publisher_resume(lane->publisher);
    else if (lead == LEAD_FOLLOWS || !mqtt_is_connected(publisher_connection(lane->publisher)))
        end_term(lane);
    return lead == LEAD_LEADS ? term : 0;
}

long long lane_step(struct lane *lane, bool may_publish)
{
    long long wait = publisher_step(lane->publisher, &lane->news);

    take_news(lane);
    supply_update(lane->supply);
    if (atomic_exchange(&lane->look, false))
        lane_look(lane);
    if (may_publish && mqtt_is_connected(publisher_connection(lane->publisher))) {
        supply_ask(lane->supply);
        wait = least(wait, send_supply(lane));
        supply_ask(lane->supply);
        wait = least(wait, supply_wait(lane->supply));
    }
    if (publisher_in_flight(lane->publisher))
        wait = least(wait, PUBLISHER_ANSWER_MS);
    wait = least(wait, submit_record_if_due(lane));
    return wait > 0 ? wait : 0;
}

void lane_look(struct lane *lane)
{
    supply_look(lane->supply);
}

void lane_reconnect(struct lane *lane)
{
    publisher_reconnect(lane->publisher);
}

void lane_forget(struct lane *lane, long long claim_id)
{
    supply_forget(lane->supply, claim_id);
}

bool lane_settle(struct lane *lane, bool wait_for_pubacks)
{
    publisher_step(lane->publisher, &lane->news);
    take_news(lane);
    supply_update(lane->supply);
    return_supply(lane);
    if (!wait_for_pubacks) {
        lane->news.end_count = publisher_release(lane->publisher, lane->news.ends);
        lane->news.down = lane->news.up = false;
        take_news(lane);
    }
    submit_record(lane);
    return atomic_load(&lane->records_sent) == 0 && publisher_in_flight(lane->publisher) == 0 &&
           !supply_is_asking(lane->supply);
}

void lane_stats(struct lane *lane, struct dispatcher_stats *out)
{
    const struct mqtt *mqtt = publisher_connection(lane->publisher);

    *out = (struct dispatcher_stats){
        .staging = lane->options.account->name,
        .connected = mqtt_is_connected(mqtt),
        .connects = mqtt_connect_count(mqtt),
        .failures = mqtt_failure_count(mqtt),
        .sent = atomic_load(&lane->sent),
        .acknowledged = atomic_load(&lane->acknowledged),
        .refused = atomic_load(&lane->refused),
        .in_flight = (int)publisher_in_flight(lane->publisher),
    };
    mqtt_reason(mqtt, out->reason);
    post_stats(lane->options.post, &out->lead);
    latency_read(&lane->latency, &out->latency);
}

struct lane *lane_new(const struct lane_options *options, struct text *why)
{
    struct lane *lane = memory_new(1, sizeof *lane);
    struct publisher_options publisher = {
        .account = options->account,
        .window = PUBLISHER_WINDOW_MAX,
        .wake = options->wake,
        .context = options->context,
    };

    lane->options = *options;
    lane->supply = supply_new(&(struct supply_options){
        .account = options->account,
        .store = options->store,
        .post = options->post,
        .wake = options->wake,
        .context = options->context,
    });
    enum mqtt_error error = publisher_new(&publisher, &lane->publisher);
    if (error == MQTT_OK) {
        publisher_pause(lane->publisher);
        return lane;
    }
    text_printf(why, "[staging.%s]: %s", options->account->name, mqtt_error_name(error));
    lane_free(lane);
    return NULL;
}

void lane_free(struct lane *lane)
{
    if (!lane)
        return;
    publisher_free(lane->publisher);
    supply_free(lane->supply);
    free(lane->record);
    free(lane);
}
