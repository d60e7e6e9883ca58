/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/seats.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/http/seat_places.h"

/* Below this part of all, whoever has most gives up for others. */
#define RESERVE 16
/* A shortage that comes again after less than this is not logged again. */
#define SAME_SHORTAGE_MS 60000

struct seats {
    pthread_mutex_t lock;
    struct seats_limits limits;
    void *clients, *networks; /* trees of holders */
    unsigned network_count;
    unsigned taken;   /* connections */
    unsigned closing; /* connections that were given up and are still open */
    size_t bytes;
    struct ring connections;
    struct seats_counts counts;
    long long last[SEAT_SHORTAGES]; /* monotonic ms; 0: never */
};

const char *seat_shortage_name(enum seat_shortage shortage)
{
    static const char *const names[] = {
        [SEATS_OF_CLIENT] = "connections_per_client",
        [SEATS_OF_NETWORK] = "share",
        [SEATS_OF_ALL] = "max_connections",
        [SEATS_BYTES] = "body memory",
    };

    return names[shortage];
}

struct seats *seats_new(const struct seats_limits *limits)
{
    struct seats *seats = memory_new(1, sizeof *seats);

    seats->limits = *limits;
    pthread_mutex_init(&seats->lock, NULL);
    ring_init(&seats->connections);
    return seats;
}

void seats_free(struct seats *seats)
{
    if (!seats)
        return;
    pthread_mutex_destroy(&seats->lock);
    free(seats);
}

static void set_use(struct seat *seat, enum use use)
{
    if (!seat)
        return;
    atomic_store_explicit(&seat->since, clock_monotonic_ms(), memory_order_relaxed);
    atomic_store_explicit(&seat->use, use, memory_order_relaxed);
}

void seat_is_idle(struct seat *seat)
{
    set_use(seat, USE_IDLE);
}

void seat_is_busy(struct seat *seat)
{
    set_use(seat, USE_BUSY);
}

void seat_is_working(struct seat *seat)
{
    set_use(seat, USE_WORKING);
}

static void count(struct seats *seats, struct seat *seat, unsigned by)
{
    seat->counted = by == 1;
    if (seat->client)
        seat->client->seats += by;
    if (seat->network)
        seat->network->seats += by;
    if (seat->socket >= 0)
        seats->taken += by;
}

static void list(struct seats *seats, struct seat *seat)
{
    seat->listed = seat->socket >= 0;
    if (!seat->listed)
        return;
    ring_add_last(&seats->connections, &seat->rings[OF_ALL]);
    for (int owner = OF_CLIENT; owner <= OF_NETWORK; owner++)
        ring_init(&seat->rings[owner]);
    if (seat->client)
        ring_add_last(&seat->client->connections, &seat->rings[OF_CLIENT]);
    if (seat->network)
        ring_add_last(&seat->network->connections, &seat->rings[OF_NETWORK]);
}

static void take_off(struct seats *seats, struct seat *seat)
{
    if (seat->counted)
        count(seats, seat, -1U);
    for (int owner = 0; owner < OWNERS && seat->listed; owner++)
        ring_remove(&seat->rings[owner]);
    seat->listed = false;
}

static void drop_bytes(struct seats *seats, struct seat *seat)
{
    if (seat->client)
        seat->client->bytes -= seat->bytes;
    if (seat->network)
        seat->network->bytes -= seat->bytes;
    seats->bytes -= seat->bytes;
    seat->bytes = 0;
}

static void free_seat(struct seats *seats, struct seat *seat)
{
    take_off(seats, seat);
    drop_bytes(seats, seat);
    if (seat->given_up)
        seats->closing--;
    holder_give(&seats->clients, seat->client);
    seats->network_count -= seat->network && seat->network->references == 1;
    holder_give(&seats->networks, seat->network);
    free(seat);
}

/* ---- shortages ---- */

/* Call with the lock held. */
static void report(struct seats *seats, enum seat_shortage shortage)
{
    long long now = clock_monotonic_ms(), last = seats->last[shortage];

    seats->last[shortage] = now;
    if (!last || now - last >= SAME_SHORTAGE_MS)
        log_event(LOG_WARN, "http.connections_exhausted", "limit", seat_shortage_name(shortage),
                  "connections", LOG_NUMBER(seats->taken), "max_connections", LOG_NUMBER(seats->limits.most),
                  NULL);
}

/* Its thread notices that the socket is shut down, and gives the seat back. */
static void give_up(struct seats *seats, struct seat *seat, enum seat_shortage shortage)
{
    take_off(seats, seat);
    seat->given_up = true;
    seats->closing++;
    shutdown(seat->socket, SHUT_RDWR);
    seats->counts.given_up[shortage]++;
}

static bool give_up_one(struct seats *seats, struct ring *ring, enum owner owner, const struct seat *newcomer,
                        enum seat_shortage shortage)
{
    struct seat *victim = newcomer->socket >= 0 ? seat_find_victim(ring, owner, newcomer) : NULL;

    report(seats, shortage);
    if (victim)
        give_up(seats, victim, shortage);
    else
        seats->counts.refused[shortage]++;
    return victim != NULL;
}

static unsigned free_seats(const struct seats *seats)
{
    return seats->taken < seats->limits.most ? seats->limits.most - seats->taken : 0;
}

/* Those that have no more than the newcomer's network keep what they have. */
static bool take_from_most(struct seats *seats, struct seat *newcomer)
{
    struct seat *victim = seat_find_victim(&seats->connections, OF_ALL, newcomer);
    unsigned own = newcomer->network ? newcomer->network->seats : 0;

    if (victim && victim->network && victim->network->seats <= own)
        victim = NULL;
    bool too_many = seats->taken > seats->limits.most && !victim;
    if (victim || too_many)
        report(seats, SEATS_OF_ALL);
    if (victim)
        give_up(seats, victim, SEATS_OF_ALL);
    else if (too_many)
        seats->counts.refused[SEATS_OF_ALL]++;
    return !too_many;
}

/* Whether it has more than is free, and more than an equal part; the next newcomer gets one, too. */
static bool has_too_many(const struct seats *seats, const struct holder *network)
{
    return network && network->seats > 1 && network->seats > free_seats(seats) &&
           network->seats > seats->limits.most / (seats->network_count + 1);
}

/* Those that were given up use a file each until their threads have closed them. */
static bool is_closing_too_many(struct seats *seats, const struct seat *newcomer)
{
    bool too_many = seats->limits.closing && seats->closing >= seats->limits.closing && newcomer->socket >= 0;

    if (!too_many)
        return false;
    report(seats, SEATS_OF_ALL);
    seats->counts.refused[SEATS_OF_ALL]++;
    return true;
}

/* The newcomer is counted already. */
static bool make_room(struct seats *seats, struct seat *newcomer)
{
    struct holder *client = newcomer->client, *network = newcomer->network;
    unsigned limit = seats->limits.per_client;

    if (is_closing_too_many(seats, newcomer))
        return false;
    if (client && limit && client->seats > limit &&
        !give_up_one(seats, &client->connections, OF_CLIENT, newcomer, SEATS_OF_CLIENT))
        return false;
    if (has_too_many(seats, network) &&
        !give_up_one(seats, &network->connections, OF_NETWORK, newcomer, SEATS_OF_NETWORK))
        return false;
    if (newcomer->socket < 0 || free_seats(seats) >= seats->limits.most / RESERVE)
        return true;
    return take_from_most(seats, newcomer);
}

static struct seat *take(struct seats *seats, const struct client_key *client, int socket)
{
    struct seat *seat = memory_new(1, sizeof *seat);

    seat->socket = socket;
    seat_is_idle(seat);
    pthread_mutex_lock(&seats->lock);
    if (client) {
        seat->client = holder_take(&seats->clients, client->address);
        seat->network = holder_take(&seats->networks, client->network);
        seats->network_count += seat->network->references == 1;
    }
    count(seats, seat, 1);
    list(seats, seat);
    if (!make_room(seats, seat)) {
        free_seat(seats, seat);
        seat = NULL;
    }
    pthread_mutex_unlock(&seats->lock);
    return seat;
}

struct seat *seats_take(struct seats *seats, struct client_key client, int socket)
{
    return take(seats, &client, socket);
}

struct seat *seats_take_for_proxy(struct seats *seats, int socket)
{
    return take(seats, NULL, socket);
}

struct seat *seats_take_request(struct seats *seats, struct client_key client)
{
    return take(seats, &client, -1);
}

void seats_give(struct seats *seats, struct seat *seat)
{
    if (!seat)
        return;
    pthread_mutex_lock(&seats->lock);
    free_seat(seats, seat);
    pthread_mutex_unlock(&seats->lock);
}

bool seats_take_bytes(struct seats *seats, struct seat *seat, size_t bytes)
{
    const struct holder *network = seat->network;

    pthread_mutex_lock(&seats->lock);
    size_t left = seats->limits.bytes > seats->bytes ? seats->limits.bytes - seats->bytes : 0;
    bool granted = left > bytes && (!network || network->bytes + bytes <= left - bytes);
    if (granted) {
        seat->bytes += bytes;
        seats->bytes += bytes;
        if (seat->client)
            seat->client->bytes += bytes;
        if (seat->network)
            seat->network->bytes += bytes;
    } else {
        seats->counts.refused[SEATS_BYTES]++;
        report(seats, SEATS_BYTES);
    }
    pthread_mutex_unlock(&seats->lock);
    return granted;
}

void seats_drop_bytes(struct seats *seats, struct seat *seat)
{
    pthread_mutex_lock(&seats->lock);
    drop_bytes(seats, seat);
    pthread_mutex_unlock(&seats->lock);
}

void seats_count(struct seats *seats, struct seats_counts *out)
{
    pthread_mutex_lock(&seats->lock);
    *out = seats->counts;
    pthread_mutex_unlock(&seats->lock);
}
