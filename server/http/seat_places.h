/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of seats.h: seats, the clients and networks that hold them, and which connection is given up for
 * another. For seats.c only, which has the lock that all of this needs, except for use and since. */
#ifndef SERVER_HTTP_SEAT_PLACES_H
#define SERVER_HTTP_SEAT_PLACES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

void ring_init(struct ring *ring);
void ring_add_last(struct ring *ring, struct ring *item);
void ring_remove(struct ring *item);

/* The holder with this key; makes it if there is none. holder_give() takes it back, and frees it after the
 * last one. NULL is allowed there. */
struct holder *holder_take(void **tree, uint64_t key);
void holder_give(void **tree, struct holder *holder);

/* The connection of the ring to give up, but not this one; NULL: there is none. Looks at some of them and
 * puts them last, so that others are looked at the next time. owner: whose ring it is. */
struct seat *seat_find_victim(struct ring *ring, enum owner owner, const struct seat *but);

#endif
