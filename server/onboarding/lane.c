/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/lane.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "server/onboarding/publishers.h"
#include "server/onboarding/supply.h"
#include "server/store/deliveries.h"
#include "server/store/leaders.h"
#include "server/store/store_clock.h"

#define RECORD_ENOUGH 250 /* outcomes to record together: they share the pages that are written */
#define RECORD_WAIT_MS 20 /* how long fewer may wait while more are expected */
#define RECORD_MAX (RECORD_ENOUGH + PUBLISHER_WINDOW_MAX + SUPPLY_MAX)
#define NO_ENDPOINT_MS 60000 /* when to look again whether it is configured */

/* What became of one claim's publish. */
struct entry {
    long long claim_id;
    enum publication_outcome outcome;
    size_t order; /* in which they came */
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
    struct publishers *publishers;
    struct supply *supply;
    struct publisher_news news; /* of one publisher */
    long long term;             /* the last one in which this process led */
    struct record *record;      /* outcomes for the store; NULL: none */
    long long record_since;     /* monotonic */
    atomic_int records_sent;    /* that the store has not answered yet */

    atomic_ulong acknowledged, refused;
    struct latency puback, first_message;
};

/* ---- the store's thread ---- */

static enum store_error write_record(struct store_tx *tx, void *argument)
{
    struct record *record = argument;
    const char *staging = record->lane->options.account->name;
    long long now = store_clock_ms(), again = now + SUPPLY_OFFERED_AGAIN_MS;
    enum store_error error = leaders_check(tx, post_name(record->lane->options.post), record->term);

    for (size_t i = 0; i < record->count && !error; i++) {
        const struct entry *entry = &record->entries[i];
        if (entry->outcome == PUBLICATION_ACKNOWLEDGED)
            error = deliveries_acknowledged(tx, staging, entry->claim_id, now, again);
        else
            error = deliveries_refused(tx, staging, entry->claim_id, now, again,
                                       entry->outcome == PUBLICATION_GIVEN_UP);
    }
    return error;
}

/* If a record cannot be written, the claims remain as they were, and only this lane knows better. */
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

/* ---- the dispatcher's thread ---- */

static int by_claim(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    if (a->claim_id != b->claim_id)
        return a->claim_id < b->claim_id ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Whoever changes several claims in one transaction does so in the order of their ids: otherwise two of them
 * could wait for each other. */
static void submit_record(struct lane *lane)
{
    struct record *record = lane->record;

    if (!record)
        return;
    lane->record = NULL;
    qsort(record->entries, record->count, sizeof *record->entries, by_claim);
    atomic_fetch_add(&lane->records_sent, 1);
    enum store_error error = store_submit(lane->options.store, &record->job);
    if (error)
        record_written(record, error);
}

static void add_entry(struct lane *lane, long long claim_id, enum publication_outcome outcome)
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
    lane->record->entries[lane->record->count] = (struct entry){claim_id, outcome, lane->record->count};
    lane->record->count++;
    if (lane->record->count == RECORD_MAX)
        submit_record(lane);
}

static long long next_due_after(const struct lane *lane, const struct publication *publication)
{
    const struct schedule *schedule = &lane->options.settings->schedule;

    return store_clock_ms() + schedule_delay_ms(schedule, publication->attempts + 1, random_u32());
}

static void log_end(const struct lane *lane, size_t publisher, enum log_level level, const char *event,
                    const struct publication *publication)
{
    if (log_is_on(level))
        log_event(level, event, "account", lane->options.account->name, "claim_thing",
                  LOG_NUMBER(publishers_number(lane->publishers, publisher)), "thing",
                  LOG_THING(publication->thing_name), NULL);
}

static void take_end(struct lane *lane, size_t publisher, const struct publication_end *end)
{
    const struct publication *publication = &end->publication;
    bool given_up = end->outcome == PUBLICATION_GIVEN_UP;

    if (end->outcome == PUBLICATION_RELEASED) {
        supply_put_back(lane->supply, publication->id, 0);
        return;
    }
    add_entry(lane, publication->id, end->outcome);
    if (end->outcome == PUBLICATION_ACKNOWLEDGED) {
        long long first_ms = supply_published(lane->supply, publication->id);
        if (first_ms != TURNS_NOT_FIRST)
            latency_add(&lane->first_message, first_ms);
        atomic_fetch_add(&lane->acknowledged, 1);
        latency_add(&lane->puback, end->latency_ms);
        log_end(lane, publisher, LOG_DEBUG, "claim.published", publication);
        return;
    }
    if (given_up)
        supply_ended(lane->supply, publication->id, TURNS_OTHER);
    else
        supply_put_back(lane->supply, publication->id, next_due_after(lane, publication));
    atomic_fetch_add(&lane->refused, 1);
    log_end(lane, publisher, LOG_WARN, given_up ? "claim.refused" : "claim.connection_lost", publication);
}

static void take_news(struct lane *lane, size_t publisher)
{
    const struct publisher_news *news = &lane->news;

    for (size_t i = 0; i < news->end_count; i++)
        take_end(lane, publisher, &news->ends[i]);
    if (lane->record && lane->record->count >= RECORD_ENOUGH)
        submit_record(lane);
    if (news->down)
        submit_record(lane);
    if (news->down && !publishers_connected(lane->publishers))
        supply_put_all_back(lane->supply);
    if (news->down || news->up)
        lane_look(lane);
}

/* What is in flight with it is sent again, by whichever has room. */
static void release(struct lane *lane, size_t publisher)
{
    publishers_release(lane->publishers, publisher, &lane->news);
    take_news(lane, publisher);
}

/* Submits at once if no more outcomes are expected. Returns the milliseconds until the record must be
 * submitted. */
static long long submit_record_if_due(struct lane *lane)
{
    if (!lane->record)
        return PUBLISHER_STEP_MAX_MS;
    long long rest = lane->record_since + RECORD_WAIT_MS - clock_monotonic_ms();
    if (rest > 0 && (publishers_in_flight(lane->publishers) || supply_count(lane->supply)))
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
        publishers_send(lane->publishers, &publication, endpoint->connection.address, wait);
    if (answer == PUBLISHER_BAD_NAME)
        log_event(LOG_ERROR, "claim.bad_name", "account", lane->options.account->name, "thing",
                  LOG_THING(publication.thing_name), NULL);
    return answer;
}

/* Nothing is published for a device that is not in the inventory and must not be told from others. The claim
 * goes on as if it had been. */
static void pretend_one(struct lane *lane, long long claim_id)
{
    supply_drop_first(lane->supply);
    add_entry(lane, claim_id, PUBLICATION_ACKNOWLEDGED);
    supply_published(lane->supply, claim_id);
}

static bool leads(const struct lane *lane)
{
    long long term;

    return post_lead(lane->options.post, &term) == LEAD_LEADS && term == lane->term;
}

/* Sends what is ready until no publisher has room; returns the milliseconds until one may have. */
static long long send_supply(struct lane *lane)
{
    const struct delivery *delivery;
    long long wait = PUBLISHER_STEP_MAX_MS;

    while (leads(lane) && publishers_have_room(lane->publishers) && (delivery = supply_first(lane->supply))) {
        long long claim_id = delivery->claim_id;
        if (!*delivery->endpoint) {
            pretend_one(lane, claim_id);
            continue;
        }
        enum publisher_answer answer = send_one(lane, delivery, &wait);
        if (answer == PUBLISHER_WAIT || answer == PUBLISHER_BUSY)
            break;
        supply_drop_first(lane->supply);
        if (answer == PUBLISHER_BAD_NAME)
            supply_put_back(lane->supply, claim_id, store_clock_ms() + NO_ENDPOINT_MS);
    }
    return wait;
}

static long long least(long long a, long long b)
{
    return a < b ? a : b;
}

static void begin_term(struct lane *lane, long long term)
{
    lane->term = term;
    publishers_resume(lane->publishers);
    supply_restart(lane->supply, term);
}

/* Disconnects: all, or only those that have no connection. What is in flight is published again, if need be
 * by the next leader. */
static void disconnect(struct lane *lane, bool all)
{
    for (size_t i = 0; i < publishers_count(lane->publishers); i++) {
        if (!all && publishers_is_connected(lane->publishers, i))
            continue;
        release(lane, i);
        publishers_pause(lane->publishers, i);
    }
    if (!all && publishers_connected(lane->publishers))
        return;
    submit_record(lane);
    supply_put_all_back(lane->supply);
}

long long lane_follow_lead(struct lane *lane)
{
    long long term;
    enum lead lead = post_lead(lane->options.post, &term);

    if (lead == LEAD_LEADS && term != lane->term)
        begin_term(lane, term);
    else if (lead == LEAD_LEADS)
        publishers_resume(lane->publishers);
    else
        disconnect(lane, lead == LEAD_FOLLOWS);
    return lead == LEAD_LEADS ? term : 0;
}

static long long step_publishers(struct lane *lane)
{
    long long wait = PUBLISHER_STEP_MAX_MS;

    for (size_t i = 0; i < publishers_count(lane->publishers); i++) {
        wait = least(wait, publishers_step(lane->publishers, i, &lane->news));
        take_news(lane, i);
    }
    return wait;
}

long long lane_step(struct lane *lane, bool may_publish)
{
    long long wait = step_publishers(lane);
    size_t connected = publishers_connected(lane->publishers);
    bool want = may_publish && connected > 0;

    supply_set_connections(lane->supply, connected);
    supply_step(lane->supply, want);
    if (want) {
        wait = least(wait, send_supply(lane));
        supply_step(lane->supply, want);
        wait = least(wait, supply_wait(lane->supply));
    }
    if (publishers_in_flight(lane->publishers))
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
    publishers_reconnect(lane->publishers);
}

void lane_forget(struct lane *lane, long long claim_id)
{
    supply_ended(lane->supply, claim_id, TURNS_ARRIVED);
}

bool lane_settle(struct lane *lane, bool wait_for_pubacks)
{
    step_publishers(lane);
    supply_step(lane->supply, false);
    for (size_t i = 0; i < publishers_count(lane->publishers) && !wait_for_pubacks; i++)
        release(lane, i);
    submit_record(lane);
    return atomic_load(&lane->records_sent) == 0 && publishers_in_flight(lane->publishers) == 0 &&
           !supply_is_asking(lane->supply);
}

void lane_stats(struct lane *lane, struct dispatcher_stats *out)
{
    *out = (struct dispatcher_stats){
        .staging = lane->options.account->name,
        .acknowledged = atomic_load(&lane->acknowledged),
        .refused = atomic_load(&lane->refused),
    };
    publishers_stats(lane->publishers, out);
    post_stats(lane->options.post, &out->lead);
    latency_read(&lane->puback, &out->puback);
    latency_read(&lane->first_message, &out->first_message);
}

struct lane *lane_new(const struct lane_options *options, struct text *why)
{
    struct publishers *publishers = publishers_new(options->account, options->wake, options->context, why);

    if (!publishers)
        return NULL;
    struct lane *lane = memory_new(1, sizeof *lane);
    lane->options = *options;
    lane->puback.bounds = latency_bounds_puback;
    lane->first_message.bounds = latency_bounds_first_message;
    lane->publishers = publishers;
    lane->supply = supply_new(&(struct supply_options){
        .account = options->account,
        .schedule = &options->settings->schedule,
        .window_ms = options->settings->window_ms,
        .store = options->store,
        .post = options->post,
        .wake = options->wake,
        .context = options->context,
    });
    return lane;
}

void lane_free(struct lane *lane)
{
    if (!lane)
        return;
    publishers_free(lane->publishers);
    supply_free(lane->supply);
    free(lane->record);
    free(lane);
}
