/* SPDX-License-Identifier: Apache-2.0 */
/* A client's connection: its deadline, and its exchange while there is one. Private to server/http/. A
 * connection belongs to one HTTP thread. */
#ifndef SERVER_HTTP_CONNECTION_H
#define SERVER_HTTP_CONNECTION_H

#include "server/http/exchange.h"
#include "server/http/server_state.h"

struct connection {
    struct http_server *server;
    struct watched *watched;
    struct seat *seat;    /* NULL: there is none for it, and it is shut down */
    struct seat *request; /* of the client behind the proxy whose connection it is; NULL: none */
    bool of_proxy;
    struct http_exchange *exchange; /* NULL: between requests */
};

/* socket is borrowed until connection_fini(), which also ends an exchange that is in flight. peer: the other
 * end. */
void connection_init(struct connection *connection, struct http_server *server, int socket,
                     const struct sockaddr *peer);
void connection_fini(struct connection *connection);

/* A request begins: makes the connection's exchange. If there still is one, the request before was dropped.
 * target is copied. carrier: for the transport. */
void connection_begin_exchange(struct connection *connection, const char *target,
                               const struct http_transport *transport, void *carrier);
/* The headers of the request have been received. False: its client has too many requests in hand. */
bool connection_seat_request(struct connection *connection);
/* The request has ended: frees the exchange, if there is one. whole: the answer was sent to its end. */
void connection_end_exchange(struct connection *connection, bool whole);

#endif
