/* SPDX-License-Identifier: Apache-2.0 */
/* A listening socket from an address in the configuration. */
#ifndef SERVER_HTTP_LISTEN_H
#define SERVER_HTTP_LISTEN_H

#include "base/text.h"

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" for all addresses; port 0: any free one. Returns
 * the socket (non-blocking, owned), or -1 with a sentence in *why. */
int listen_on(const char *address, struct text *why);

/* Adds the address that a socket really listens on. */
void listen_name(int socket, struct text *out);

#endif
