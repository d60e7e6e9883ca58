/* SPDX-License-Identifier: Apache-2.0 */
/* Shares the connections, and the memory for large bodies, between clients. A seat is a connection, or a
 * request that came through a trusted proxy: the connection is the proxy's, the request a client's.
 *
 * A client, or a network, may have as much as is still free, or an equal part if that is more: so one that
 * takes all it can get leaves half, two leave a third (dynamic thresholds, Choudhury and Hahne 1998). One
 * that has too much gives up a connection for its next one: an idle one first, then one that has been slow
 * for long. Connections of trusted proxies count for no client.
 *
 * libmicrohttpd's MHD_OPTION_PER_IP_CONNECTION_LIMIT does not do: it counts IPv6 by the whole address, of
 * which one customer has 2^64, knows no proxies, and refuses the newcomer however idle the others are. Any
 * thread. */
#ifndef SERVER_HTTP_SEATS_H
#define SERVER_HTTP_SEATS_H

#include <stdbool.h>
#include <stddef.h>

#include "server/http/client.h"

struct seats;
struct seat;

struct seats_limits {
    unsigned most;       /* connections */
    unsigned closing;    /* connections that were given up and are still open; 0: any number */
    unsigned per_client; /* connections, or requests through proxies; 0: no limit */
    size_t bytes;        /* of memory for bodies */
};

enum seat_shortage {
    SEATS_OF_CLIENT,  /* a client had reached its limit */
    SEATS_OF_NETWORK, /* a client or a network had as much as was free */
    SEATS_OF_ALL,     /* there was hardly any left */
    SEATS_BYTES,      /* memory for bodies */
};
#define SEAT_SHORTAGES (SEATS_BYTES + 1)
const char *seat_shortage_name(enum seat_shortage shortage);

struct seats_counts {                       /* since seats_new(), by shortage */
    unsigned long given_up[SEAT_SHORTAGES]; /* connections that were closed for another */
    unsigned long refused[SEAT_SHORTAGES];  /* connections, requests and bodies */
};

struct seats *seats_new(const struct seats_limits *limits);
/* Call when all seats were given back. Accepts NULL. */
void seats_free(struct seats *seats);

/* A connection of a client. May shut down another one, or two. Returns NULL if there is no seat for it.
 * socket is borrowed until seats_give(). */
struct seat *seats_take(struct seats *seats, struct client_key client, int socket);
/* A connection of a trusted proxy. */
struct seat *seats_take_for_proxy(struct seats *seats, int socket);
/* A request of a client, through a trusted proxy. */
struct seat *seats_take_request(struct seats *seats, struct client_key client);
void seats_give(struct seats *seats, struct seat *seat); /* accepts NULL */

/* Takes so much more memory for the seat; seats_give() and seats_drop_bytes() give it back. */
bool seats_take_bytes(struct seats *seats, struct seat *seat, size_t bytes)
    __attribute__((warn_unused_result));
void seats_drop_bytes(struct seats *seats, struct seat *seat);

/* What a connection does: only what is idle, or busy for long, is given up. Cheap. Accept NULL. */
void seat_is_idle(struct seat *seat);
void seat_is_busy(struct seat *seat);    /* receives a request or sends an answer */
void seat_is_working(struct seat *seat); /* waits for this program */

void seats_count(struct seats *seats, struct seats_counts *out);

#endif
