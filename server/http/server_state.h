/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that make up the HTTP server share: server.c starts and stops it, connection.c keeps its
 * connections, daemon.c runs libmicrohttpd. Private to server/http/. */
#ifndef SERVER_HTTP_SERVER_STATE_H
#define SERVER_HTTP_SERVER_STATE_H

#include <stdatomic.h>

#include "server/http/client.h"
#include "server/http/counts.h"
#include "server/http/http.h"
#include "server/http/seats.h"
#include "server/http/watchdog.h"

struct MHD_Daemon; /* libmicrohttpd's; only daemon.c uses it */

struct http_server {
    struct http_options options;
    struct MHD_Daemon *daemon;
    struct client_networks *trusted;
    struct watchdog *watchdog;
    struct seats *seats;
    int socket; /* it listens */
    struct text address;
    char id_prefix[9];
    atomic_uint next_id;
    atomic_uint active; /* exchanges in flight */
    atomic_uint connections;
    atomic_bool draining;
    atomic_bool strange_forwarded; /* an X-Forwarded-For was not understood, and that was logged */
    struct request_counts *counts;
};

#endif
