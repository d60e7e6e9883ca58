/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/supply.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "server/store/crowding.h"
#include "server/store/leaders.h"
#include "server/store/store_clock.h"

#define POLL_MS 250       /* what other portals have accepted is noticed by then */
#define AGAIN_MS 1000     /* after an error of the store */
#define AHEAD_MS 100      /* so long before it is sent its turn is decided */
#define AHEAD_MIN 2       /* deliveries */
#define CHECK_ALL_MS 1000 /* few claims are looked after so often, */
#define CHECK_SOME_MS 250 /* of many as many as one call reads */
#define RECORD_EVERY_MS 2000
#define TELL_EVERY_MS 1000
#define QUEUE_MS 5000                      /* a shorter wait is not told */
#define RECORD_KEPT_MS (6 * 3600 * 1000LL) /* a network's record has faded by then */
#define NETWORKS_MAX 20000                 /* read at the start */
#define NOT_TOLD 1                         /* a queue: whatever the store has, tell it again */

/* A job that is used again and again, for one kind of question. The store's until it is answered. */
struct errand {
    struct store_job job;
    struct supply *supply;
    bool asked, answered, failed;
    enum store_error result;
    long long term; /* in which it was asked */
    long long next; /* monotonic ms: not before */
};

enum { RECALL, LOAD, PEEK, TAKE, READ, CHECK, RECORD, TELL, ERRANDS };

struct supply {
    struct supply_options options;
    struct turns *turns;
    struct delivery ready[SUPPLY_MAX]; /* to be sent next */
    size_t first, count;
    bool restart;
    long long term; /* in which the lane leads */
    size_t connections;

    struct errand errands[ERRANDS];
    /* RECALL and RECORD */
    struct network_row *networks;
    size_t network_count;
    bool recalled;
    /* TELL */
    struct queue_length queue;
    /* LOAD */
    struct delivery_turn page[DELIVERIES_MAX], page_end;
    size_t page_count;
    bool loaded, has_page, load_again;
    /* PEEK, TAKE */
    struct delivery_turn taken[DELIVERIES_MAX];
    size_t taken_count;
    bool due, look;
    /* READ, CHECK */
    long long read_ids[SUPPLY_MAX], check_ids[DELIVERIES_MAX];
    size_t read_id_count, check_id_count;
    struct delivery read[SUPPLY_MAX], checked[DELIVERIES_MAX];
    size_t read_count, checked_count;

    pthread_mutex_t lock; /* over answered */
};

/* ---- the store's threads ---- */

static enum store_error recall(struct store_tx *tx, void *argument)
{
    struct supply *supply = argument;

    return crowding_networks(tx, supply->options.account->name, supply->networks, NETWORKS_MAX,
                             &supply->network_count);
}

static enum store_error load(struct store_tx *tx, void *argument)
{
    struct supply *supply = argument;

    return deliveries_open(tx, supply->options.account->name, supply->has_page ? &supply->page_end : NULL,
                           supply->page, DELIVERIES_MAX, &supply->page_count);
}

static enum store_error peek(struct store_tx *tx, void *argument)
{
    struct supply *supply = argument;

    return deliveries_due(tx, supply->options.account->name, store_clock_ms(), &supply->due);
}

static enum store_error take(struct store_tx *tx, void *argument)
{
    struct supply *supply = argument;
    long long now = store_clock_ms();

    return deliveries_take(tx, supply->options.account->name, now, now + SUPPLY_OFFERED_AGAIN_MS,
                           supply->taken, DELIVERIES_MAX, &supply->taken_count);
}

static enum store_error read_next(struct store_tx *tx, void *argument)
{
    struct supply *supply = argument;

    return deliveries_look(tx, supply->options.account->name, supply->read_ids, supply->read_id_count,
                           supply->read, &supply->read_count);
}

static enum store_error check(struct store_tx *tx, void *argument)
{
    struct supply *supply = argument;

    return deliveries_look(tx, supply->options.account->name, supply->check_ids, supply->check_id_count,
                           supply->checked, &supply->checked_count);
}

static enum store_error record(struct store_tx *tx, void *argument)
{
    struct supply *supply = argument;

    return crowding_set_networks(tx, supply->options.account->name, supply->networks, supply->network_count,
                                 store_clock_ms() - RECORD_KEPT_MS);
}

static enum store_error tell(struct store_tx *tx, void *argument)
{
    struct supply *supply = argument;

    return crowding_set_queue(tx, post_name(supply->options.post), &supply->queue);
}

static void answered(void *argument, enum store_error result)
{
    struct errand *errand = argument;
    struct supply *supply = errand->supply;

    /* Woken under the lock: once it is released, the supply may be freed. */
    pthread_mutex_lock(&supply->lock);
    errand->result = result;
    errand->answered = true;
    supply->options.wake(supply->options.context);
    pthread_mutex_unlock(&supply->lock);
}

/* ---- the dispatcher's thread ---- */

static const struct {
    enum store_error (*run)(struct store_tx *, void *);
    bool writes;
} kinds[ERRANDS] = {
    [RECALL] = {recall, true},   [LOAD] = {load, false},   [PEEK] = {peek, false},    [TAKE] = {take, true},
    [READ] = {read_next, false}, [CHECK] = {check, false}, [RECORD] = {record, true}, [TELL] = {tell, true},
};

/* The store's done() gets the errand, its run() the supply. */
static enum store_error run_errand(struct store_tx *tx, void *argument)
{
    const struct errand *errand = argument;
    struct supply *supply = errand->supply;
    enum store_error error =
        errand->job.writes ? leaders_check(tx, post_name(supply->options.post), errand->term) : STORE_OK;

    return error ? error : kinds[errand - supply->errands].run(tx, supply);
}

struct supply *supply_new(const struct supply_options *options)
{
    struct supply *supply = memory_new(1, sizeof *supply);

    supply->options = *options;
    supply->networks = memory_new(NETWORKS_MAX, sizeof *supply->networks);
    for (size_t i = 0; i < ERRANDS; i++) {
        struct errand *errand = &supply->errands[i];
        errand->supply = supply;
        errand->job = (struct store_job){
            .run = run_errand, .done = answered, .argument = errand, .writes = kinds[i].writes};
    }
    pthread_mutex_init(&supply->lock, NULL);
    supply->restart = true;
    supply->connections = 1;
    return supply;
}

void supply_free(struct supply *supply)
{
    if (!supply)
        return;
    pthread_mutex_lock(&supply->lock);
    pthread_mutex_unlock(&supply->lock);
    pthread_mutex_destroy(&supply->lock);
    turns_free(supply->turns);
    free(supply->networks);
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

static bool may_ask(const struct supply *supply, int kind)
{
    return !supply->errands[kind].asked && clock_monotonic_ms() >= supply->errands[kind].next;
}

static void ask(struct supply *supply, int kind, long long pause_ms)
{
    struct errand *errand = &supply->errands[kind];

    errand->asked = true;
    errand->term = supply->term;
    errand->next = clock_monotonic_ms() + pause_ms;
    enum store_error error = store_submit(supply->options.store, &errand->job);
    if (error)
        answered(errand, error);
}

static bool take_answer(struct supply *supply, int kind)
{
    struct errand *errand = &supply->errands[kind];

    pthread_mutex_lock(&supply->lock);
    bool answered = errand->answered;
    errand->answered = false;
    enum store_error result = errand->result;
    pthread_mutex_unlock(&supply->lock);
    if (!answered)
        return false;
    errand->asked = false;
    errand->failed = result != STORE_OK;
    if (result)
        errand->next = clock_monotonic_ms() + AGAIN_MS;
    return result == STORE_OK && !supply->restart;
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

    for (size_t i = 0; i < supply->network_count; i++) {
        const struct network_row *row = &supply->networks[i];
        networks_set(turns_networks(supply->turns),
                     &(struct network_record){.key = (uint64_t)row->network,
                                              .arrivals = (double)row->arrivals / 1000,
                                              .expiries = (double)row->expiries / 1000,
                                              .as_of = row->as_of},
                     now);
    }
    supply->network_count = 0;
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
    settle(supply, supply->read_ids, supply->read_id_count, supply->read, supply->read_count);
    memmove(supply->ready, supply->ready + supply->first, supply->count * sizeof *supply->ready);
    supply->first = 0;
    for (size_t i = 0; i < supply->read_id_count; i++) { /* in the order of their turns */
        const struct delivery *delivery = find(supply->read, supply->read_count, supply->read_ids[i]);
        if (delivery && turns_holds(supply->turns, delivery->claim_id))
            supply->ready[supply->count++] = *delivery;
    }
    supply->read_id_count = 0;
}

/* A take that failed may have been committed, or still be: what it took is offered again only after minutes.
 * So all that are open are read again. */
static void take_taken(struct supply *supply)
{
    if (take_answer(supply, TAKE)) {
        add(supply, supply->taken, supply->taken_count);
        supply->look = supply->look || supply->taken_count == DELIVERIES_MAX;
    }
    bool may_be_kept = supply->errands[TAKE].failed && supply->errands[TAKE].result != STORE_NOT_LEADER;
    supply->load_again = supply->load_again || may_be_kept;
    supply->errands[TAKE].failed = false;
    if (supply->load_again && !supply->errands[LOAD].asked)
        supply->loaded = supply->has_page = supply->load_again = false;
}

static void take_told(struct supply *supply)
{
    (void)take_answer(supply, TELL);
    if (supply->errands[TELL].failed)
        supply->queue.ms = NOT_TOLD;
    supply->errands[TELL].failed = false;
}

static void take_answers(struct supply *supply)
{
    if (take_answer(supply, RECALL))
        take_in_networks(supply);
    if (take_answer(supply, LOAD)) {
        add(supply, supply->page, supply->page_count);
        supply->has_page = supply->page_count > 0;
        if (supply->has_page)
            supply->page_end = supply->page[supply->page_count - 1];
        supply->loaded = supply->page_count < DELIVERIES_MAX;
    }
    if (take_answer(supply, PEEK))
        supply->look = supply->look || supply->due;
    take_taken(supply);
    if (take_answer(supply, READ))
        make_ready(supply);
    if (take_answer(supply, CHECK))
        settle(supply, supply->check_ids, supply->check_id_count, supply->checked, supply->checked_count);
    if (take_answer(supply, RECORD))
        supply->network_count = 0;
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
    long long now = store_clock_ms(), *ids = supply->read_ids;
    size_t most = ahead(supply);

    if (!may_ask(supply, READ) || supply->count > most / 2)
        return;
    /* What could not be read last time is still in read_ids. */
    while (supply->count + supply->read_id_count < most &&
           turns_take(supply->turns, now, &ids[supply->read_id_count]))
        supply->read_id_count++;
    if (supply->read_id_count)
        ask(supply, READ, 0);
}

static void check_some(struct supply *supply)
{
    struct turns_counts counts;

    if (!may_ask(supply, CHECK))
        return;
    supply_counts(supply, &counts);
    supply->check_id_count = turns_check(supply->turns, supply->check_ids, DELIVERIES_MAX);
    if (supply->check_id_count)
        ask(supply, CHECK, counts.open > DELIVERIES_MAX ? CHECK_SOME_MS : CHECK_ALL_MS);
}

static void record_networks(struct supply *supply)
{
    static const size_t most = DELIVERIES_MAX;
    struct network_record changed[DELIVERIES_MAX];

    if (!may_ask(supply, RECORD) || supply->errands[RECALL].asked)
        return;
    supply->errands[RECORD].next = clock_monotonic_ms() + RECORD_EVERY_MS;
    size_t count = 0;
    if (supply->network_count == 0) /* otherwise those that could not be written last time */
        count = supply->network_count = networks_changed(turns_networks(supply->turns), changed, most);
    for (size_t i = 0; i < count; i++)
        supply->networks[i] = (struct network_row){(long long)changed[i].key,
                                                   (long long)(changed[i].arrivals * 1000),
                                                   (long long)(changed[i].expiries * 1000),
                                                   changed[i].as_of,
                                                   changed[i].open,
                                                   changed[i].waiting};
    if (supply->network_count)
        ask(supply, RECORD, RECORD_EVERY_MS);
}

/* How long first messages wait, for the pages of all portals. */
static void tell_queue(struct supply *supply)
{
    long long rate = (long long)supply->connections * supply->options.account->rate;
    struct turns_counts counts;

    if (!may_ask(supply, TELL))
        return;
    supply_counts(supply, &counts);
    struct turns_queue first;
    turns_queue(supply->turns, &first);
    long long ms = rate ? (long long)counts.first * 1000 / rate : 0;
    struct queue_length queue = {0};
    if (ms >= QUEUE_MS)
        queue = (struct queue_length){first.first, first.middle, first.last, ms};
    if (queue.ms == 0 && supply->queue.ms == 0)
        return;
    supply->queue = queue;
    ask(supply, TELL, TELL_EVERY_MS);
}

static void begin(struct supply *supply)
{
    turns_free(supply->turns);
    supply->turns = turns_new(&(struct turns_options){.schedule = supply->options.schedule,
                                                      .window_ms = supply->options.window_ms});
    supply->first = supply->count = supply->read_id_count = 0;
    supply->queue.ms = NOT_TOLD;
    supply->recalled = supply->loaded = supply->has_page = supply->restart = false;
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
        if (may_ask(supply, RECALL))
            ask(supply, RECALL, 0);
        return;
    }
    if (!supply->loaded && may_ask(supply, LOAD))
        ask(supply, LOAD, 0);
    if (supply->look && may_ask(supply, TAKE)) {
        supply->look = false;
        ask(supply, TAKE, 0);
    }
    if (!supply->look && !supply->errands[TAKE].asked && may_ask(supply, PEEK))
        ask(supply, PEEK, POLL_MS);
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
    if (supply->look && may_ask(supply, TAKE))
        return 0;
    long long wait = supply->errands[PEEK].next - clock_monotonic_ms();
    if (supply->count <= ahead(supply) / 2 && !supply->errands[READ].asked)
        wait = turns_wait(supply->turns, now, wait > 0 ? wait : 0);
    return wait > 0 ? wait : 0;
}

bool supply_is_asking(const struct supply *supply)
{
    for (size_t i = 0; i < ERRANDS; i++)
        if (supply->errands[i].asked)
            return true;
    return false;
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
    supply->term = term;
    supply->restart = true;
}

void supply_counts(const struct supply *supply, struct turns_counts *out)
{
    *out = (struct turns_counts){0};
    if (supply->turns)
        turns_count(supply->turns, store_clock_ms(), out);
}
