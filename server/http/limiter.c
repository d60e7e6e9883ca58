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

#define PLACES 4096

struct place {
    uint64_t client;
    double credit;
    long long at; /* monotonic ms */
};

struct limiter {
    pthread_mutex_t lock;
    unsigned per_minute;
    uint64_t seed; /* so that nobody can choose whose place to take */
    struct place places[PLACES];
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

/* Of an IPv6 address its first half: who has one such network has all the addresses in it. */
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
    struct place *place = &limiter->places[hash % PLACES];
    if (place->client != hash)
        *place = (struct place){hash, most, now};
    place->credit += (double)(now - place->at) * a_ms;
    place->credit = place->credit > most ? most : place->credit;
    place->at = now;
    if (place->credit >= 1.0)
        place->credit -= 1.0;
    else
        wait = (unsigned)((1.0 - place->credit) / a_ms / 1000.0) + 1;
    pthread_mutex_unlock(&limiter->lock);
    return wait;
}
