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
    struct http_exchange *exchange; /* NULL: between requests */
};

/* socket is borrowed until connection_fini(), which also ends an exchange that is in flight. */
void connection_init(struct connection *connection, struct http_server *server, int socket);
void connection_fini(struct connection *connection);

/* A request begins: makes the connection's exchange. If there still is one, the request before was dropped.
 * target is copied. carrier: for the transport. */
void connection_begin_exchange(struct connection *connection, const char *target,
                               const struct http_transport *transport, void *carrier);
/* The request has ended: frees the exchange, if there is one. whole: the answer was sent to its end. */
void connection_end_exchange(struct connection *connection, bool whole);

#endif
