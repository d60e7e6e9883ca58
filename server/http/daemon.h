/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd: accepts connections and reads requests from them. carrier.h answers them. Private to
 * server/http/. */
#ifndef SERVER_HTTP_DAEMON_H
#define SERVER_HTTP_DAEMON_H

#include <stdbool.h>

#include "server/http/server_state.h"

/* Serves connections to server->socket; sets server->daemon. */
bool daemon_start(struct http_server *server) __attribute__((warn_unused_result));
/* Accepts no more connections. */
void daemon_quiesce(struct http_server *server);
/* Closes all connections; none may be suspended. */
void daemon_stop(struct http_server *server);

#endif
