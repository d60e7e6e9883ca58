/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/limiter.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/keyed_hash.h"
#include "base/memory.h"
#include "base/random.h"

#define SET_BITS 10
#define WAYS 8 /* clients in a set */

enum kind { KIND_NONE, KIND_IPV4, KIND_IPV6_64, KIND_IPV6_48, KIND_OTHER };

struct client {
    uint64_t network;
    enum kind kind;
};

struct slot {
    struct client client;
    float credit;
    long long at; /* monotonic ms: when credit was right */
};

struct limiter {
    pthread_mutex_t lock;
    unsigned per_minute;
    struct keyed_hash_key key; /* random: no one can choose clients that fall into one set */
    struct slot slots[1 << SET_BITS][WAYS];
};

struct limiter *limiter_new(unsigned per_minute)
{
    struct limiter *limiter = memory_new(1, sizeof *limiter);

    limiter->per_minute = per_minute;
    random_bytes(&limiter->key, sizeof limiter->key);
    pthread_mutex_init(&limiter->lock, NULL);
    return limiter;
}

void limiter_free(struct limiter *limiter)
{
    if (!limiter)
        return;
    pthread_mutex_destroy(&limiter->lock);
    free(limiter);
}

static struct client parse(const char *text)
{
    struct client client = {.kind = KIND_OTHER};
    unsigned char address[sizeof(struct in6_addr)];

    if (inet_pton(AF_INET6, text, address) == 1)
        client.kind = KIND_IPV6_64;
    else if (inet_pton(AF_INET, text, address) == 1)
        client.kind = KIND_IPV4;
    size_t length = client.kind == KIND_IPV4 ? sizeof(struct in_addr) : sizeof client.network;
    if (client.kind == KIND_OTHER)
        client.network = hash_bytes(HASH_START, text, strlen(text));
    for (size_t i = 0; i < length && client.kind != KIND_OTHER; i++)
        client.network = client.network << 8 | address[i];
    return client;
}

static float most_credit(const struct limiter *limiter, enum kind kind)
{
    return (float)limiter->per_minute * (kind == KIND_IPV6_48 ? LIMITER_SITE_FACTOR : 1);
}

static void refill(const struct limiter *limiter, struct slot *slot, long long now)
{
    float most = most_credit(limiter, slot->client.kind);

    slot->credit += (float)(now - slot->at) * most / 60000.0F;
    slot->credit = slot->credit > most ? most : slot->credit;
    slot->at = now;
}

/* The share of its credit that a client has left. */
static float share_left(const struct limiter *limiter, const struct slot *slot)
{
    return slot->client.kind == KIND_NONE ? 1 : slot->credit / most_credit(limiter, slot->client.kind);
}

/* The slot with the highest rank is replaced: an empty one before one that is full of credit. */
static float rank(const struct limiter *limiter, const struct slot *slot)
{
    return slot->client.kind == KIND_NONE ? 2 : share_left(limiter, slot);
}

/* A client may be in either of two sets: with one alone, some would be full long before most are (Azar,
 * Broder, Karlin and Upfal 1994). */
static struct slot *slot_of(struct limiter *limiter, const struct client *client, long long now)
{
    const uint64_t text[] = {client->network, client->kind};
    uint64_t hash = keyed_hash(&limiter->key, text, sizeof text);
    struct slot *sets[] = {limiter->slots[hash >> (64 - SET_BITS)], limiter->slots[hash % (1 << SET_BITS)]};
    struct slot *richest = sets[0];

    for (size_t i = 0; i < 2 * WAYS; i++) {
        struct slot *slot = &sets[i / WAYS][i % WAYS];
        if (slot->client.network == client->network && slot->client.kind == client->kind) {
            refill(limiter, slot, now);
            return slot;
        }
        if (slot->client.kind != KIND_NONE)
            refill(limiter, slot, now);
        if (rank(limiter, slot) > rank(limiter, richest))
            richest = slot;
    }
    float credit = share_left(limiter, richest) * most_credit(limiter, client->kind);
    *richest = (struct slot){*client, credit, now};
    return richest;
}

/* Seconds until the slot has credit for a request; 0: now. */
static unsigned seconds_to_wait(const struct limiter *limiter, const struct slot *slot)
{
    if (slot->credit >= 1)
        return 0;
    return (unsigned)((1 - slot->credit) * 60 / most_credit(limiter, slot->client.kind)) + 1;
}

static unsigned take(struct limiter *limiter, struct slot *own, struct slot *site)
{
    unsigned wait = seconds_to_wait(limiter, own), site_wait = site ? seconds_to_wait(limiter, site) : 0;

    wait = wait > site_wait ? wait : site_wait;
    if (wait)
        return wait;
    own->credit -= 1;
    if (site)
        site->credit -= 1;
    return 0;
}

unsigned limiter_ask(struct limiter *limiter, const char *text)
{
    if (!limiter->per_minute)
        return 0;
    struct client client = parse(text);
    struct client site = {client.network >> 16, KIND_IPV6_48};
    long long now = clock_monotonic_ms();

    pthread_mutex_lock(&limiter->lock);
    struct slot *of_site = client.kind == KIND_IPV6_64 ? slot_of(limiter, &site, now) : NULL;
    struct slot *own = slot_of(limiter, &client, now);
    if (of_site && own == of_site) /* it has just taken its place */
        of_site = NULL;
    unsigned wait = take(limiter, own, of_site);
    pthread_mutex_unlock(&limiter->lock);
    return wait;
}
