/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/connection.h"

#include <stdio.h>
#include <sys/socket.h>

static struct seat *take_seat(struct connection *connection, int socket, const struct sockaddr *peer)
{
    struct http_server *server = connection->server;
    char address[CLIENT_SIZE];

    client_address(server->trusted, peer, NULL, address);
    connection->of_proxy = client_is_proxy(server->trusted, address);
    return connection->of_proxy ? seats_take_for_proxy(server->seats, socket)
                                : seats_take(server->seats, client_key_of(address), socket);
}

void connection_init(struct connection *connection, struct http_server *server, int socket,
                     const struct sockaddr *peer)
{
    connection->server = server;
    connection->exchange = NULL;
    connection->request = NULL;
    connection->seat = take_seat(connection, socket, peer);
    if (!connection->seat)
        shutdown(socket, SHUT_RDWR);
    connection->watched = watchdog_add(server->watchdog, socket, server->options.request_timeout_ms);
    atomic_fetch_add(&server->connections, 1);
}

void connection_fini(struct connection *connection)
{
    struct http_server *server = connection->server;

    connection_end_exchange(connection, false);
    seats_give(server->seats, connection->seat);
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
    exchange->seats = server->seats;
    exchange->seat = connection->seat;
    seat_is_busy(connection->seat);
    watchdog_extend(exchange->watched, server->options.request_timeout_ms);
    snprintf(exchange->id, sizeof exchange->id, "%s%08x", server->id_prefix,
             atomic_fetch_add(&server->next_id, 1));
    connection->exchange = exchange;
    atomic_fetch_add(&server->active, 1);
}

bool connection_seat_request(struct connection *connection)
{
    struct http_server *server = connection->server;
    struct http_exchange *exchange = connection->exchange;
    const char *client = connection->of_proxy ? http_request_client(exchange) : NULL;

    if (!client || client_is_proxy(server->trusted, client))
        return true;
    connection->request = seats_take_request(server->seats, client_key_of(client));
    exchange->seat = connection->request;
    return connection->request != NULL;
}

static void give_back_seats(struct connection *connection)
{
    struct seats *seats = connection->server->seats;

    if (connection->exchange->reserved > 0 && connection->seat)
        seats_drop_bytes(seats, connection->seat);
    seats_give(seats, connection->request);
    connection->request = NULL;
    seat_is_idle(connection->seat);
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
    give_back_seats(connection);
    exchange_free(connection->exchange);
    connection->exchange = NULL;
    atomic_fetch_sub(&server->active, 1);
}
