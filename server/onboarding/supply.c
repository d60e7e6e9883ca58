/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/supply.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "server/onboarding/supply_errands.h"
#include "server/store/store_clock.h"

#define POLL_MS 250       /* what other portals have accepted is noticed by then */
#define AHEAD_MS 100      /* so long before it is sent its turn is decided */
#define AHEAD_MIN 2       /* deliveries */
#define CHECK_ALL_MS 1000 /* few claims are looked after so often, */
#define CHECK_SOME_MS 250 /* of many as many as one call reads */
#define RECORD_EVERY_MS 2000
#define TELL_EVERY_MS 1000
#define QUEUE_MS 5000 /* a shorter wait is not told */
#define NOT_TOLD 1    /* a queue: whatever the store has, tell it again */

struct supply {
    struct supply_options options;
    struct turns *turns;
    struct delivery ready[SUPPLY_MAX]; /* to be sent next */
    size_t first, count;
    struct errands errands;
    bool recalled;           /* the networks were read */
    bool loaded, load_again; /* all open claims were read, or have to be */
    bool look;               /* for new claims */
    bool restart;
    size_t connections;
};

struct supply *supply_new(const struct supply_options *options)
{
    struct supply *supply = memory_new(1, sizeof *supply);

    supply->options = *options;
    errands_init(&supply->errands, &(struct errands_options){.account = options->account->name,
                                                             .store = options->store,
                                                             .post = options->post,
                                                             .offered_again_ms = SUPPLY_OFFERED_AGAIN_MS,
                                                             .wake = options->wake,
                                                             .context = options->context});
    supply->restart = true;
    supply->connections = 1;
    return supply;
}

void supply_free(struct supply *supply)
{
    if (!supply)
        return;
    errands_fini(&supply->errands);
    turns_free(supply->turns);
    free(supply);
}

void supply_put_all_back(struct supply *supply)
{
    const struct delivery *unsent;

    for (; (unsent = supply_first(supply)); supply_drop_first(supply))
        supply_put_back(supply, unsent->claim_id, 0);
}

size_t supply_count(const struct supply *supply)
{
    return supply->count;
}

const struct delivery *supply_first(const struct supply *supply)
{
    return supply->count ? &supply->ready[supply->first] : NULL;
}

void supply_drop_first(struct supply *supply)
{
    supply->first++;
    supply->count--;
}

static bool take_answer(struct supply *supply, enum errand_kind kind)
{
    return errands_take_answer(&supply->errands, kind) && !supply->restart;
}

static void add(struct supply *supply, const struct delivery_turn *list, size_t count)
{
    long long now = store_clock_ms();

    for (size_t i = 0; i < count; i++) {
        const struct delivery_turn *turn = &list[i];
        turns_add(supply->turns,
                  &(struct turns_claim){.id = turn->claim_id,
                                        .accepted_at = turn->accepted_at,
                                        .published_at = turn->published_at,
                                        .pressed_at = turn->pressed_at,
                                        .published = turn->attempts,
                                        .network = (uint64_t)turn->network},
                  now);
    }
}

static void take_in_networks(struct supply *supply)
{
    long long now = store_clock_ms();

    for (size_t i = 0; i < supply->errands.network_count; i++) {
        const struct network_row *row = &supply->errands.networks[i];
        networks_set(turns_networks(supply->turns),
                     &(struct network_record){.key = (uint64_t)row->network,
                                              .arrivals = (double)row->arrivals / 1000,
                                              .expiries = (double)row->expiries / 1000,
                                              .as_of = row->as_of},
                     now);
    }
    supply->errands.network_count = 0;
    supply->recalled = true;
}

static enum turns_end end_of(const struct delivery *delivery)
{
    if (delivery->state == CLAIM_ONBOARDED || delivery->state == CLAIM_PUBLISHED)
        return TURNS_ARRIVED;
    return delivery->state == CLAIM_EXPIRED ? TURNS_EXPIRED : TURNS_OTHER;
}

static int by_claim(const void *left, const void *right)
{
    const struct delivery *a = left, *b = right;

    return a->claim_id < b->claim_id ? -1 : a->claim_id > b->claim_id;
}

static const struct delivery *find(const struct delivery *list, size_t count, long long claim_id)
{
    const struct delivery wanted = {.claim_id = claim_id};

    return bsearch(&wanted, list, count, sizeof *list, by_claim);
}

/* Removes those that are over. */
static void settle(struct supply *supply, const long long *ids, size_t id_count, struct delivery *list,
                   size_t count)
{
    long long now = store_clock_ms();

    qsort(list, count, sizeof *list, by_claim);
    for (size_t i = 0; i < id_count; i++) {
        const struct delivery *delivery = find(list, count, ids[i]);
        if (!delivery || delivery->is_closed)
            turns_remove(supply->turns, ids[i], delivery ? end_of(delivery) : TURNS_OTHER, now);
    }
}

/* One that has ended since it was read is in nobody's hand. */
static void make_ready(struct supply *supply)
{
    settle(supply, supply->errands.read_ids, supply->errands.read_id_count, supply->errands.read,
           supply->errands.read_count);
    memmove(supply->ready, supply->ready + supply->first, supply->count * sizeof *supply->ready);
    supply->first = 0;
    for (size_t i = 0; i < supply->errands.read_id_count; i++) { /* in the order of their turns */
        const struct delivery *delivery =
            find(supply->errands.read, supply->errands.read_count, supply->errands.read_ids[i]);
        if (delivery && turns_holds(supply->turns, delivery->claim_id))
            supply->ready[supply->count++] = *delivery;
    }
    supply->errands.read_id_count = 0;
}

/* A take that failed may have been committed, or still be: what it took is offered again only after minutes.
 * So all that are open are read again. */
static void take_taken(struct supply *supply)
{
    if (take_answer(supply, TAKE)) {
        add(supply, supply->errands.taken, supply->errands.taken_count);
        supply->look = supply->look || supply->errands.taken_count == DELIVERIES_MAX;
    }
    bool may_be_kept =
        supply->errands.list[TAKE].failed && supply->errands.list[TAKE].result != STORE_NOT_LEADER;
    supply->load_again = supply->load_again || may_be_kept;
    supply->errands.list[TAKE].failed = false;
    if (supply->load_again && !supply->errands.list[LOAD].asked)
        supply->loaded = supply->errands.has_page = supply->load_again = false;
}

static void take_told(struct supply *supply)
{
    (void)take_answer(supply, TELL);
    if (supply->errands.list[TELL].failed)
        supply->errands.queue.ms = NOT_TOLD;
    supply->errands.list[TELL].failed = false;
}

static void take_answers(struct supply *supply)
{
    if (take_answer(supply, RECALL))
        take_in_networks(supply);
    if (take_answer(supply, LOAD)) {
        add(supply, supply->errands.page, supply->errands.page_count);
        supply->errands.has_page = supply->errands.page_count > 0;
        if (supply->errands.has_page)
            supply->errands.page_end = supply->errands.page[supply->errands.page_count - 1];
        supply->loaded = supply->errands.page_count < DELIVERIES_MAX;
    }
    if (take_answer(supply, PEEK))
        supply->look = supply->look || supply->errands.due;
    take_taken(supply);
    if (take_answer(supply, READ))
        make_ready(supply);
    if (take_answer(supply, CHECK))
        settle(supply, supply->errands.check_ids, supply->errands.check_id_count, supply->errands.checked,
               supply->errands.checked_count);
    if (take_answer(supply, RECORD))
        supply->errands.network_count = 0;
    take_told(supply);
}

/* How many are to be ready at most: what is decided early cannot be overtaken. */
static size_t ahead(const struct supply *supply)
{
    long long rate = (long long)supply->connections * supply->options.account->rate;
    long long many = rate * AHEAD_MS / 1000;

    if (rate == 0 || many > SUPPLY_MAX)
        return SUPPLY_MAX;
    return many > AHEAD_MIN ? (size_t)many : AHEAD_MIN;
}

static void read_ahead(struct supply *supply)
{
    long long now = store_clock_ms(), *ids = supply->errands.read_ids;
    size_t most = ahead(supply);

    if (!errands_may_ask(&supply->errands, READ) || supply->count > most / 2)
        return;
    /* What could not be read last time is still in read_ids. */
    while (supply->count + supply->errands.read_id_count < most &&
           turns_take(supply->turns, now, &ids[supply->errands.read_id_count]))
        supply->errands.read_id_count++;
    if (supply->errands.read_id_count)
        errands_ask(&supply->errands, READ, 0);
}

static void check_some(struct supply *supply)
{
    struct turns_counts counts;

    if (!errands_may_ask(&supply->errands, CHECK))
        return;
    supply_counts(supply, &counts);
    supply->errands.check_id_count = turns_check(supply->turns, supply->errands.check_ids, DELIVERIES_MAX);
    if (supply->errands.check_id_count)
        errands_ask(&supply->errands, CHECK, counts.open > DELIVERIES_MAX ? CHECK_SOME_MS : CHECK_ALL_MS);
}

static void record_networks(struct supply *supply)
{
    static const size_t most = DELIVERIES_MAX;
    struct network_record changed[DELIVERIES_MAX];

    if (!errands_may_ask(&supply->errands, RECORD) || supply->errands.list[RECALL].asked)
        return;
    supply->errands.list[RECORD].next = clock_monotonic_ms() + RECORD_EVERY_MS;
    size_t count = 0;
    if (supply->errands.network_count == 0) /* otherwise those that could not be written last time */
        count = supply->errands.network_count =
            networks_changed(turns_networks(supply->turns), changed, most);
    for (size_t i = 0; i < count; i++)
        supply->errands.networks[i] = (struct network_row){(long long)changed[i].key,
                                                           (long long)(changed[i].arrivals * 1000),
                                                           (long long)(changed[i].expiries * 1000),
                                                           changed[i].as_of,
                                                           changed[i].open,
                                                           changed[i].waiting};
    if (supply->errands.network_count)
        errands_ask(&supply->errands, RECORD, RECORD_EVERY_MS);
}

/* How long first messages wait, for the pages of all portals. */
static void tell_queue(struct supply *supply)
{
    long long rate = (long long)supply->connections * supply->options.account->rate;
    struct turns_counts counts;

    if (!errands_may_ask(&supply->errands, TELL))
        return;
    supply_counts(supply, &counts);
    struct turns_queue first;
    turns_queue(supply->turns, &first);
    long long ms = rate ? (long long)counts.first * 1000 / rate : 0;
    struct queue_length queue = {0};
    if (ms >= QUEUE_MS)
        queue = (struct queue_length){first.first, first.middle, first.last, ms};
    if (queue.ms == 0 && supply->errands.queue.ms == 0)
        return;
    supply->errands.queue = queue;
    errands_ask(&supply->errands, TELL, TELL_EVERY_MS);
}

static void begin(struct supply *supply)
{
    turns_free(supply->turns);
    supply->turns = turns_new(&(struct turns_options){.schedule = supply->options.schedule,
                                                      .window_ms = supply->options.window_ms});
    supply->first = supply->count = supply->errands.read_id_count = 0;
    supply->errands.queue.ms = NOT_TOLD;
    supply->recalled = supply->loaded = supply->errands.has_page = supply->restart = false;
    supply->look = true;
}

void supply_set_connections(struct supply *supply, size_t connections)
{
    supply->connections = connections;
}

void supply_step(struct supply *supply, bool want)
{
    take_answers(supply);
    if (supply->restart && !supply_is_asking(supply))
        begin(supply);
    if (supply->restart || !want)
        return;
    if (!supply->recalled) {
        if (errands_may_ask(&supply->errands, RECALL))
            errands_ask(&supply->errands, RECALL, 0);
        return;
    }
    if (!supply->loaded && errands_may_ask(&supply->errands, LOAD))
        errands_ask(&supply->errands, LOAD, 0);
    if (supply->look && errands_may_ask(&supply->errands, TAKE)) {
        supply->look = false;
        errands_ask(&supply->errands, TAKE, 0);
    }
    if (!supply->look && !supply->errands.list[TAKE].asked && errands_may_ask(&supply->errands, PEEK))
        errands_ask(&supply->errands, PEEK, POLL_MS);
    read_ahead(supply);
    check_some(supply);
    record_networks(supply);
    tell_queue(supply);
}

long long supply_wait(struct supply *supply)
{
    long long now = store_clock_ms();

    if (supply->restart || !supply->recalled)
        return POLL_MS;
    if (supply->look && errands_may_ask(&supply->errands, TAKE))
        return 0;
    long long wait = supply->errands.list[PEEK].next - clock_monotonic_ms();
    if (supply->count <= ahead(supply) / 2 && !supply->errands.list[READ].asked)
        wait = turns_wait(supply->turns, now, wait > 0 ? wait : 0);
    return wait > 0 ? wait : 0;
}

bool supply_is_asking(const struct supply *supply)
{
    return errands_are_asking(&supply->errands);
}

long long supply_published(struct supply *supply, long long claim_id)
{
    return supply->turns ? turns_published(supply->turns, claim_id, store_clock_ms()) : TURNS_NOT_FIRST;
}

void supply_put_back(struct supply *supply, long long claim_id, long long not_before)
{
    if (supply->turns)
        turns_put_back(supply->turns, claim_id, not_before, store_clock_ms());
}

void supply_ended(struct supply *supply, long long claim_id, enum turns_end end)
{
    take_answers(supply); /* it may be among those that were just read */
    size_t kept = supply->first;
    if (supply->turns)
        turns_remove(supply->turns, claim_id, end, store_clock_ms());
    for (size_t i = 0; i < supply->count; i++) {
        const struct delivery *delivery = &supply->ready[supply->first + i];
        if (delivery->claim_id != claim_id)
            supply->ready[kept++] = *delivery;
    }
    supply->count = kept - supply->first;
}

void supply_look(struct supply *supply)
{
    supply->look = true;
}

void supply_restart(struct supply *supply, long long term)
{
    supply->errands.term = term;
    supply->restart = true;
}

void supply_counts(const struct supply *supply, struct turns_counts *out)
{
    *out = (struct turns_counts){0};
    if (supply->turns)
        turns_count(supply->turns, store_clock_ms(), out);
}
