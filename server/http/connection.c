/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/connection.h"

#include <stdio.h>

void connection_init(struct connection *connection, struct http_server *server, int socket)
{
    connection->server = server;
    connection->exchange = NULL;
    connection->watched = watchdog_add(server->watchdog, socket, server->options.request_timeout_ms);
    atomic_fetch_add(&server->connections, 1);
}

void connection_fini(struct connection *connection)
{
    struct http_server *server = connection->server;

    connection_end_exchange(connection, false);
    watchdog_remove(server->watchdog, connection->watched);
    atomic_fetch_sub(&server->connections, 1);
}

void connection_begin_exchange(struct connection *connection, const char *target,
                               const struct http_transport *transport, void *carrier)
{
    struct http_server *server = connection->server;
    struct http_exchange *exchange = exchange_new(&server->options, target);

    connection_end_exchange(connection, false);
    exchange->transport = transport;
    exchange->carrier = carrier;
    exchange->watched = connection->watched;
    watchdog_extend(exchange->watched, server->options.request_timeout_ms);
    snprintf(exchange->id, sizeof exchange->id, "%s%08x", server->id_prefix,
             atomic_fetch_add(&server->next_id, 1));
    connection->exchange = exchange;
    atomic_fetch_add(&server->active, 1);
}

void connection_end_exchange(struct connection *connection, bool whole)
{
    struct http_server *server = connection->server;

    if (!connection->exchange)
        return;
    watchdog_may_cut(connection->watched, false);
    watchdog_extend(connection->watched, server->options.idle_timeout_ms);
    if (!whole)
        connection->exchange->stream.whole = false;
    exchange_free(connection->exchange);
    connection->exchange = NULL;
    atomic_fetch_sub(&server->active, 1);
}
