/* SPDX-License-Identifier: Apache-2.0 */
/* Who really asks, when the portal stands behind reverse proxies: the right-most address of X-Forwarded-For
 * that is not a trusted proxy's own. What untrusted peers write there counts for nothing. Read-only after
 * parsing, any thread. */
#ifndef SERVER_HTTP_CLIENT_H
#define SERVER_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define CLIENT_SIZE 46 /* INET6_ADDRSTRLEN */

struct client_networks;

/* networks: "10.0.0.0/8, ::1", separated by blanks or commas; "" for none. NULL when one cannot be read; *bad
 * then points to it. */
struct client_networks *client_networks_parse(const char *networks, const char **bad);
void client_networks_free(struct client_networks *networks);

/* forwarded: the X-Forwarded-For header, NULL when absent. */
void client_address(const struct client_networks *trusted, const struct sockaddr *peer, const char *forwarded,
                    char out[CLIENT_SIZE]);

#endif
