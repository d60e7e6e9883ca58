/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a listening socket for an address in the configuration. Any thread; a host name is looked up, which
 * blocks. */
#ifndef BASE_LISTEN_H
#define BASE_LISTEN_H

#include <stdbool.h>

#include "base/text.h"

/* address: "127.0.0.1:8080", "[::1]:8080" or "localhost:8080"; ":8080" for all addresses; port 0 for any free
 * port. Returns the socket (non-blocking, owned), or -1 with a sentence in *why. */
int listen_on(const char *address, struct text *why);

/* Whether listen_on() would work, without listening: whoever connects is refused as before. *in_use: another
 * program, or this one, listens there. */
bool listen_is_possible(const char *address, bool *in_use, struct text *why);

/* Adds the address and port that the socket listens on to out. */
void listen_name(int socket, struct text *out);

#endif
