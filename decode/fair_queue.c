/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/fair_queue.h"

#include <limits.h>
#include <stdlib.h>

#include "base/memory.h"

#define IDLE_MAX 256
/* What one that has just been started is taken to use: the next process is another client's then. */
#define EXPECTED_US 50000

struct fair_share {
    struct fair_share *next;
    struct fair_share *network; /* NULL: this is a network */
    uint64_t key;
    long long tag;   /* microseconds that it has used, above the start of this busy time */
    long long floor; /* of a network: what its newcomers count from */
    unsigned waiting, running;
};

static bool is_busy(const struct fair_share *share)
{
    return share->waiting + share->running > 0;
}

static bool has_clients(const struct fair_queue *queue, const struct fair_share *network)
{
    for (const struct fair_share *at = queue->shares; at; at = at->next)
        if (at->network == network)
            return true;
    return false;
}

static long long *floor_of(struct fair_queue *queue, const struct fair_share *share)
{
    return share->network ? &share->network->floor : &queue->floor;
}

static void remove_share(struct fair_queue *queue, struct fair_share *gone)
{
    struct fair_share **at = &queue->shares;

    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    queue->idle--;
    free(gone);
}

/* Forgets the idle share with the smallest debt. A network goes after its clients. */
static void forget_one(struct fair_queue *queue)
{
    struct fair_share *least = NULL;
    long long least_debt = LLONG_MAX;

    for (struct fair_share *at = queue->shares; at; at = at->next) {
        long long debt = at->tag - *floor_of(queue, at);
        if (is_busy(at) || debt >= least_debt || (!at->network && has_clients(queue, at)))
            continue;
        least = at;
        least_debt = debt;
    }
    if (least)
        remove_share(queue, least);
}

/* Nothing is owed any more when all work is done. */
static void forget_all(struct fair_queue *queue)
{
    for (struct fair_share *at = queue->shares, *next; at; at = next) {
        next = at->next;
        free(at);
    }
    queue->shares = NULL;
    queue->idle = 0;
    queue->floor = 0;
}

static struct fair_share *find(struct fair_queue *queue, struct fair_share *network, uint64_t key)
{
    struct fair_share *share = queue->shares;

    while (share && (share->network != network || share->key != key))
        share = share->next;
    if (share)
        return share;
    share = memory_new(1, sizeof *share);
    share->network = network;
    share->key = key;
    share->next = queue->shares;
    queue->shares = share;
    queue->idle++;
    return share;
}

static void begin_waiting(struct fair_queue *queue, struct fair_share *share)
{
    if (!is_busy(share)) {
        long long floor = *floor_of(queue, share);
        share->tag = share->tag > floor ? share->tag : floor;
        queue->idle--;
    }
    share->waiting++;
}

/* The tag of the one that was started last is the time from which a newcomer counts. */
static void begin_running(struct fair_queue *queue, struct fair_share *share)
{
    long long *floor = floor_of(queue, share);

    *floor = share->tag > *floor ? share->tag : *floor;
    share->waiting--;
    share->running++;
}

static void stop_running(struct fair_share *share)
{
    share->running--;
    share->waiting++;
}

static void end_use(struct fair_queue *queue, struct fair_share *share, bool running)
{
    if (running)
        share->running--;
    else
        share->waiting--;
    if (!is_busy(share))
        queue->idle++;
}

static long long right_of(const struct fair_share *share)
{
    return share->tag + share->running * (long long)EXPECTED_US;
}

static int compare(long long left, long long right)
{
    return (left > right) - (left < right);
}

/* Negative: the turn of a is before b's. */
static int compare_turns(const struct fair_entry *a, const struct fair_entry *b)
{
    int order = 0;

    if (a->network != b->network)
        order = compare(right_of(a->network), right_of(b->network));
    if (!order && a->own != b->own)
        order = compare(right_of(a->own), right_of(b->own));
    if (!order)
        order = compare(a->used_us, b->used_us);
    return order ? order : compare((long long)a->number, (long long)b->number);
}

/* Keeps the order of arrival. One that has run is among the oldest. */
static void insert(struct fair_queue *queue, struct fair_entry *entry)
{
    struct fair_entry *after = queue->last;

    while (after && after->number > entry->number)
        after = after->previous;
    struct fair_entry *before = after ? after->next : queue->first;
    entry->previous = after;
    entry->next = before;
    *(after ? &after->next : &queue->first) = entry;
    *(before ? &before->previous : &queue->last) = entry;
    queue->waiting++;
}

static void unlink_entry(struct fair_queue *queue, struct fair_entry *entry)
{
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        queue->first = entry->next;
    if (entry->next)
        entry->next->previous = entry->previous;
    else
        queue->last = entry->previous;
    queue->waiting--;
}

void fair_queue_fini(struct fair_queue *queue)
{
    forget_all(queue);
}

void fair_queue_add(struct fair_queue *queue, struct fair_entry *entry)
{
    entry->network = find(queue, NULL, entry->client.network);
    entry->own = find(queue, entry->network, entry->client.address);
    entry->number = queue->next_number++;
    entry->used_us = 0;
    entry->running = false;
    begin_waiting(queue, entry->network);
    begin_waiting(queue, entry->own);
    insert(queue, entry);
    while (queue->idle > IDLE_MAX)
        forget_one(queue);
}

struct fair_entry *fair_queue_next(const struct fair_queue *queue)
{
    struct fair_entry *best = queue->first;

    for (struct fair_entry *at = best ? best->next : NULL; at; at = at->next)
        if (compare_turns(at, best) < 0)
            best = at;
    return best;
}

struct fair_entry *fair_queue_oldest(const struct fair_queue *queue)
{
    return queue->first;
}

/* Negative: a belongs to one that has more waiting than b's. */
static int compare_crowds(const struct fair_entry *a, const struct fair_entry *b)
{
    int order = 0;

    if (a->network != b->network)
        order = compare(b->network->waiting, a->network->waiting);
    if (!order && a->own != b->own)
        order = compare(b->own->waiting, a->own->waiting);
    return order ? order : compare((long long)b->number, (long long)a->number);
}

struct fair_entry *fair_queue_last_of_most(const struct fair_queue *queue)
{
    struct fair_entry *found = queue->first;

    for (struct fair_entry *at = found ? found->next : NULL; at; at = at->next)
        if (compare_crowds(at, found) < 0)
            found = at;
    return found;
}

void fair_queue_start(struct fair_queue *queue, struct fair_entry *entry)
{
    unlink_entry(queue, entry);
    begin_running(queue, entry->network);
    begin_running(queue, entry->own);
    entry->running = true;
    queue->running++;
}

void fair_queue_charge(struct fair_queue *queue, struct fair_entry *entry, long long used_us)
{
    (void)queue;
    entry->used_us += used_us;
    entry->own->tag += used_us;
    entry->network->tag += used_us;
}

bool fair_queue_is_due_before(const struct fair_queue *queue, const struct fair_entry *running)
{
    const struct fair_entry *next = fair_queue_next(queue);
    int order = 0;

    if (!next)
        return false;
    if (next->network != running->network)
        order = compare(right_of(next->network), running->network->tag);
    if (!order && next->own != running->own)
        order = compare(right_of(next->own), running->own->tag);
    return order ? order < 0 : next->used_us < running->used_us;
}

void fair_queue_stop(struct fair_queue *queue, struct fair_entry *entry)
{
    entry->running = false;
    queue->running--;
    stop_running(entry->network);
    stop_running(entry->own);
    insert(queue, entry);
}

void fair_queue_leave(struct fair_queue *queue, struct fair_entry *entry)
{
    if (entry->running)
        queue->running--;
    else
        unlink_entry(queue, entry);
    end_use(queue, entry->own, entry->running);
    end_use(queue, entry->network, entry->running);
    if (!queue->waiting && !queue->running)
        forget_all(queue);
}
