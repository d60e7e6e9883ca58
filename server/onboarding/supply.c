/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/supply.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "server/store/leaders.h"
#include "server/store/store_clock.h"

#define LEASE_MS 60000 /* how long deliveries are ours */
#define LEASE_MARGIN_MS 5000
#define LOOK_AGAIN_MS 1000 /* another replica's lease may have run out */

struct leased {
    struct delivery delivery;
    long long ends; /* monotonic: ours until then */
};

struct supply {
    struct supply_options options;
    struct leased leased[SUPPLY_MAX];
    size_t first, count;
    long long next_look; /* wall ms */
    bool asking;

    /* The one job that leases, used again and again; the store's while asking and not answered. */
    struct store_job job;
    size_t room;
    long long term, ends;
    struct delivery answer[SUPPLY_MAX];
    size_t answer_count;
    long long next_due;

    pthread_mutex_t lock;
    bool answered;
    enum store_error result;
};

static enum store_error lease(struct store_tx *tx, void *argument)
{
    struct supply *supply = argument;
    const struct supply_options *options = &supply->options;
    long long now = store_clock_ms();
    enum store_error error = leaders_check(tx, post_name(options->post), supply->term);

    if (error)
        return error;
    return claims_lease(tx, options->account->name, post_name(options->post), now, now + LEASE_MS,
                        supply->answer, supply->room, &supply->answer_count, &supply->next_due);
}

static void answered(void *argument, enum store_error result)
{
    struct supply *supply = argument;

    /* Woken under the lock: once it is let go, the supply may be freed. */
    pthread_mutex_lock(&supply->lock);
    supply->result = result;
    supply->answered = true;
    supply->options.wake(supply->options.context);
    pthread_mutex_unlock(&supply->lock);
}

struct supply *supply_new(const struct supply_options *options)
{
    struct supply *supply = memory_new(1, sizeof *supply);

    supply->options = *options;
    supply->job = (struct store_job){.run = lease, .done = answered, .argument = supply, .writes = true};
    pthread_mutex_init(&supply->lock, NULL);
    return supply;
}

void supply_free(struct supply *supply)
{
    if (!supply)
        return;
    pthread_mutex_lock(&supply->lock);
    pthread_mutex_unlock(&supply->lock);
    pthread_mutex_destroy(&supply->lock);
    free(supply);
}

size_t supply_count(const struct supply *supply)
{
    return supply->count;
}

const struct delivery *supply_first(const struct supply *supply)
{
    return supply->count ? &supply->leased[supply->first].delivery : NULL;
}

void supply_drop_first(struct supply *supply)
{
    supply->first++;
    supply->count--;
}

/* Half a second's worth at a limited rate: what is taken early may arrive before it is sent. */
static size_t wanted(const struct supply *supply)
{
    size_t most = SUPPLY_MAX;
    int rate = supply->options.account->rate;

    if (rate > 0 && rate / 2 < SUPPLY_MAX)
        most = rate / 2 > 8 ? (size_t)rate / 2 : 8;
    return supply->count < most / 2 ? most - supply->count : 0;
}

void supply_ask(struct supply *supply)
{
    size_t room = wanted(supply);

    if (supply->asking || room == 0 || store_clock_ms() < supply->next_look ||
        post_lead(supply->options.post, &supply->term) != LEAD_LEADS)
        return;
    supply->asking = true;
    supply->room = room;
    supply->next_look = store_clock_ms() + LOOK_AGAIN_MS;
    supply->ends = clock_monotonic_ms() + LEASE_MS - LEASE_MARGIN_MS;
    enum store_error error = store_submit(supply->options.store, &supply->job);
    if (error)
        answered(supply, error);
}

static void take_answer(struct supply *supply)
{
    supply->asking = false;
    if (supply->result) {
        supply->next_look = store_clock_ms() + LOOK_AGAIN_MS;
        return;
    }
    memmove(supply->leased, supply->leased + supply->first, supply->count * sizeof *supply->leased);
    supply->first = 0;
    for (size_t i = 0; i < supply->answer_count; i++)
        supply->leased[supply->count++] = (struct leased){supply->answer[i], supply->ends};
    if (supply->answer_count == supply->room)
        supply_look(supply);
    else if (supply->next_due)
        supply_expect(supply, supply->next_due);
}

void supply_update(struct supply *supply)
{
    long long now = clock_monotonic_ms();

    pthread_mutex_lock(&supply->lock);
    bool done = supply->answered;
    supply->answered = false;
    pthread_mutex_unlock(&supply->lock);
    if (done)
        take_answer(supply);
    /* The connection was slow: these are the store's again. The oldest come first. */
    while (supply->count && now > supply->leased[supply->first].ends)
        supply_drop_first(supply);
}

long long supply_wait(const struct supply *supply)
{
    long long wait = supply->next_look - store_clock_ms();

    if (supply->asking || supply->count || wait > LOOK_AGAIN_MS)
        return LOOK_AGAIN_MS;
    return wait > 0 ? wait : 0;
}

bool supply_is_asking(const struct supply *supply)
{
    return supply->asking;
}

void supply_look(struct supply *supply)
{
    supply->next_look = 0;
}

void supply_expect(struct supply *supply, long long due)
{
    if (due < supply->next_look)
        supply->next_look = due;
}

void supply_forget(struct supply *supply, long long claim_id)
{
    supply_update(supply); /* it may be among those that were just leased */
    size_t kept = supply->first;
    for (size_t i = 0; i < supply->count; i++) {
        const struct leased *leased = &supply->leased[supply->first + i];
        if (leased->delivery.claim_id != claim_id)
            supply->leased[kept++] = *leased;
    }
    supply->count = kept - supply->first;
}
