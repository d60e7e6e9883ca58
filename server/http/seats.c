/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/seats.h"

#include <limits.h>
#include <pthread.h>
#include <search.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

/* How many connections are looked at to find one to give up. The more a client has, the more of them are
 * its. */
#define SAMPLE 32
/* An exchange that takes longer may be given up. */
#define SLOW_MS 2000
/* A proxy may be sending a request on a connection that was idle for less. */
#define PROXY_IDLE_MS 1000
/* Below this part of all, whoever has most gives up for others. */
#define RESERVE 16
/* A shortage that comes again after less than this is not logged again. */
#define SAME_SHORTAGE_MS 60000

enum use { USE_IDLE, USE_BUSY, USE_WORKING };
enum owner { OF_CLIENT, OF_NETWORK, OF_ALL, OWNERS };

struct ring {
    struct ring *next, *previous;
};

/* A client or a network that has seats. */
struct holder {
    uint64_t key; /* first: the trees compare it */
    unsigned references, seats;
    size_t bytes;
    struct ring connections;
};

struct seat {
    struct holder *client, *network; /* NULL: of a proxy */
    struct ring rings[OWNERS];       /* of connections that can be given up */
    int socket;                      /* -1: a request */
    bool counted, listed, given_up;
    size_t bytes;
    atomic_int use;
    atomic_llong since; /* monotonic ms */
};

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

/* ---- rings ---- */

static void ring_init(struct ring *ring)
{
    ring->next = ring->previous = ring;
}

static void ring_add_last(struct ring *ring, struct ring *item)
{
    item->next = ring;
    item->previous = ring->previous;
    item->previous->next = item->next->previous = item;
}

static void ring_remove(struct ring *item)
{
    item->next->previous = item->previous;
    item->previous->next = item->next;
}

static struct seat *seat_of(struct ring *item, enum owner owner)
{
    return (void *)((char *)(item - owner) - offsetof(struct seat, rings));
}

/* ---- holders ---- */

static int compare_keys(const void *left, const void *right)
{
    const struct holder *a = left, *b = right;

    return (a->key > b->key) - (a->key < b->key);
}

static struct holder *hold(void **tree, uint64_t key)
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

static void release(void **tree, struct holder *holder)
{
    if (!holder || --holder->references > 0)
        return;
    tdelete(holder, tree, compare_keys);
    free(holder);
}

/* ---- seats ---- */

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
    release(&seats->clients, seat->client);
    seats->network_count -= seat->network && seat->network->references == 1;
    release(&seats->networks, seat->network);
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

/* Looks at some and puts them last, so that others are looked at the next time. */
static struct seat *find_victim(struct ring *ring, enum owner owner, const struct seat *but)
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
    struct seat *victim = newcomer->socket >= 0 ? find_victim(ring, owner, newcomer) : NULL;

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
    struct seat *victim = find_victim(&seats->connections, OF_ALL, newcomer);
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
        seat->client = hold(&seats->clients, client->address);
        seat->network = hold(&seats->networks, client->network);
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
