/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/server_state.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/listen.h"
#include "base/memory.h"
#include "base/random.h"
#include "server/http/daemon.h"

#define CUT_ROUND_MS 100
#define CLOSING_PART 16

struct http_server *http_server_start(const struct http_options *options, struct text *why)
{
    struct http_server *server = memory_new(1, sizeof *server);
    const char *bad = "";

    server->options = *options;
    server->counts = request_counts_new(options->route_count);
    random_hex(server->id_prefix, 8);
    server->socket = -1;
    server->trusted = client_networks_parse(options->trusted_proxies, &bad);
    server->watchdog = watchdog_new();
    /* A part is kept for connections that are closed for others. */
    unsigned closing = options->max_connections / CLOSING_PART;
    server->seats = seats_new(&(struct seats_limits){.most = options->max_connections - closing,
                                                     .closing = closing + HTTP_SPARE_CONNECTIONS,
                                                     .per_client = options->connections_per_client,
                                                     .bytes = options->body_memory});
    if (!server->trusted)
        text_printf(why, "trusted_proxies: %s is not a network such as 10.0.0.0/8", bad);
    else if (!server->watchdog)
        text_puts(why, "the thread that closes connections after their deadline cannot be started");
    else
        server->socket = listen_on(options->listen, why);
    if (server->socket >= 0) {
        listen_name(server->socket, &server->address);
        if (daemon_start(server))
            return server;
        text_printf(why, "the HTTP server cannot be started on %s", options->listen);
    }
    http_server_stop(server);
    return NULL;
}

const char *http_server_address(const struct http_server *server)
{
    return text_get(&server->address);
}

void http_server_retire(struct http_server *server)
{
    atomic_store(&server->draining, true);
}

bool http_server_drain(struct http_server *server, long long deadline_ms)
{
    const struct timespec moment = {0, 2000000};
    long long end = clock_monotonic_ms() + deadline_ms;

    atomic_store(&server->draining, true);
    daemon_quiesce(server);
    long long cut_at = end - deadline_ms / 2;
    while (atomic_load(&server->active) && clock_monotonic_ms() < end) {
        nanosleep(&moment, NULL);
        if (clock_monotonic_ms() < cut_at)
            continue;
        watchdog_cut(server->watchdog);
        cut_at += CUT_ROUND_MS;
    }
    return atomic_load(&server->active) == 0;
}

void http_server_stop(struct http_server *server)
{
    if (!server)
        return;
    if (server->daemon)
        daemon_stop(server);
    if (server->socket >= 0)
        close(server->socket);
    watchdog_free(server->watchdog);
    seats_free(server->seats);
    client_networks_free(server->trusted);
    text_fini(&server->address);
    request_counts_free(server->counts);
    free(server);
}

struct counting {
    const struct http_route *route;
    void (*each)(void *context, const char *route, const char *method, unsigned status, unsigned long count);
    void *context;
};

static void count_one(void *context, unsigned status, unsigned long count)
{
    const struct counting *counting = context;
    const struct http_route *route = counting->route;
    const char *method = http_method_name(route ? route->method : HTTP_METHOD_OTHER);

    counting->each(counting->context, route ? route->pattern : "none", method, status, count);
}

void http_server_counts(const struct http_server *server,
                        void (*each)(void *context, const char *route, const char *method, unsigned status,
                                     unsigned long count),
                        void *context)
{
    for (size_t i = 0; i <= server->options.route_count; i++) {
        struct counting counting = {i < server->options.route_count ? &server->options.routes[i] : NULL, each,
                                    context};
        request_counts_each(server->counts, i, count_one, &counting);
    }
}

unsigned http_server_connections(const struct http_server *server)
{
    return atomic_load(&((struct http_server *)server)->connections);
}

void http_server_shortages(const struct http_server *server,
                           void (*each)(void *context, const char *limit, unsigned long closed,
                                        unsigned long refused),
                           void *context)
{
    struct seats_counts counts;

    seats_count(server->seats, &counts);
    for (enum seat_shortage shortage = 0; shortage < SEAT_SHORTAGES; shortage++)
        each(context, seat_shortage_name(shortage), counts.given_up[shortage], counts.refused[shortage]);
}
