/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/seat_places.h"

#include <search.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

/* How many connections are looked at to find one to give up. The more a client has, the more of them are
 * its. */
#define SAMPLE 32
/* An exchange that takes longer may be given up. */
#define SLOW_MS 2000
/* A proxy may be sending a request on a connection that was idle for less. */
#define PROXY_IDLE_MS 1000

void ring_init(struct ring *ring)
{
    ring->next = ring->previous = ring;
}

void ring_add_last(struct ring *ring, struct ring *item)
{
    item->next = ring;
    item->previous = ring->previous;
    item->previous->next = item->next->previous = item;
}

void ring_remove(struct ring *item)
{
    item->next->previous = item->previous;
    item->previous->next = item->next;
}

static struct seat *seat_of(struct ring *item, enum owner owner)
{
    return (void *)((char *)(item - owner) - offsetof(struct seat, rings));
}

static int compare_keys(const void *left, const void *right)
{
    const struct holder *a = left, *b = right;

    return (a->key > b->key) - (a->key < b->key);
}

struct holder *holder_take(void **tree, uint64_t key)
{
    struct holder *const *found = tfind(&key, tree, compare_keys);
    struct holder *holder = found ? *found : NULL;

    if (!holder) {
        holder = memory_new(1, sizeof *holder);
        holder->key = key;
        ring_init(&holder->connections);
        if (!tsearch(holder, tree, compare_keys))
            abort();
    }
    holder->references++;
    return holder;
}

void holder_give(void **tree, struct holder *holder)
{
    if (!holder || --holder->references > 0)
        return;
    tdelete(holder, tree, compare_keys);
    free(holder);
}

/* How much the seat should be given up rather than others; 0: it must not be. */
static unsigned long long weight_of(const struct seat *seat, long long now)
{
    enum use use = (enum use)atomic_load_explicit(&seat->use, memory_order_relaxed);
    long long age = now - atomic_load_explicit(&seat->since, memory_order_relaxed);

    if (!seat->client)
        return use == USE_IDLE && age >= PROXY_IDLE_MS;
    if (use == USE_WORKING || (use == USE_BUSY && age < SLOW_MS))
        return 0;
    unsigned long long weight = ((unsigned long long)seat->network->seats << 32) + seat->client->seats;
    return use == USE_BUSY ? weight / 4 : weight;
}

static bool is_longer(const struct seat *a, const struct seat *b)
{
    return atomic_load_explicit(&a->since, memory_order_relaxed) <
           atomic_load_explicit(&b->since, memory_order_relaxed);
}

struct seat *seat_find_victim(struct ring *ring, enum owner owner, const struct seat *but)
{
    long long now = clock_monotonic_ms();
    struct seat *found = NULL;
    unsigned long long most = 0;
    const struct ring *first = ring->next;

    for (int i = 0; i < SAMPLE && ring->next != ring && (i == 0 || ring->next != first); i++) {
        struct ring *item = ring->next;
        struct seat *seat = seat_of(item, owner);
        unsigned long long weight = seat == but ? 0 : weight_of(seat, now);
        ring_remove(item);
        ring_add_last(ring, item);
        if (!weight || weight < most || (found && weight == most && !is_longer(seat, found)))
            continue;
        found = seat;
        most = weight;
    }
    return found;
}
