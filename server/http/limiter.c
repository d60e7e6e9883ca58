/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/limiter.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"

#define SLOTS 4096

struct slot {
    uint64_t client;
    double credit;
    long long at; /* monotonic ms */
};

struct limiter {
    pthread_mutex_t lock;
    unsigned per_minute;
    uint64_t seed; /* so that a client cannot choose whose slot it takes */
    struct slot slots[SLOTS];
};

struct limiter *limiter_new(unsigned per_minute)
{
    struct limiter *limiter = memory_new(1, sizeof *limiter);

    limiter->per_minute = per_minute;
    random_bytes(&limiter->seed, sizeof limiter->seed);
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

/* Uses the first half of an IPv6 address: a client with a /64 network has all the addresses in it. */
static uint64_t hash_client(const struct limiter *limiter, const char *client)
{
    struct in6_addr address;

    if (inet_pton(AF_INET6, client, &address) == 1)
        return hash_bytes(limiter->seed, &address, sizeof address / 2);
    return hash_bytes(limiter->seed, client, strlen(client));
}

unsigned limiter_ask(struct limiter *limiter, const char *client)
{
    double most = limiter->per_minute, a_ms = most / 60000.0;
    unsigned wait = 0;

    if (!limiter->per_minute)
        return 0;
    uint64_t hash = hash_client(limiter, client);
    long long now = clock_monotonic_ms();
    pthread_mutex_lock(&limiter->lock);
    struct slot *slot = &limiter->slots[hash % SLOTS];
    if (slot->client != hash)
        *slot = (struct slot){hash, most, now};
    slot->credit += (double)(now - slot->at) * a_ms;
    slot->credit = slot->credit > most ? most : slot->credit;
    slot->at = now;
    if (slot->credit >= 1.0)
        slot->credit -= 1.0;
    else
        wait = (unsigned)((1.0 - slot->credit) / a_ms / 1000.0) + 1;
    pthread_mutex_unlock(&limiter->lock);
    return wait;
}
