/* SPDX-License-Identifier: Apache-2.0 */
/* A connection with what libmicrohttpd has for it, and how an exchange uses both: it asks for headers and the
 * client, suspends the connection, and answers. daemon.c makes and frees carriers, and sets what it learns of
 * each request. Private to server/http/. A carrier belongs to one HTTP thread. */
#ifndef SERVER_HTTP_CARRIER_H
#define SERVER_HTTP_CARRIER_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/http/client.h"
#include "server/http/connection.h"

struct carrier {
    struct connection connection;
    struct MHD_Connection *library;
    const char *chunks;   /* the first byte of a chunked body; NULL: the body has a length */
    uintptr_t target_end; /* the address after the target's NUL in the request line */
    bool sends_itself;    /* the next answer goes past the library, which then closes the connection */
    enum MHD_Result queued;
    char client[CLIENT_SIZE];
};

/* For connection_begin_exchange(), with the carrier. */
extern const struct http_transport carrier_transport;

/* The other end of the connection; NULL: unknown. Borrowed from the library. */
const struct sockaddr *carrier_peer(struct MHD_Connection *connection);

#endif
