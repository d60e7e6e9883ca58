/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the client's address behind reverse proxies: the right-most address in X-Forwarded-For that is not a
 * trusted proxy. Ignores X-Forwarded-For from peers that are not trusted. Networks are read-only after
 * parsing. Any thread. */
#ifndef SERVER_HTTP_CLIENT_H
#define SERVER_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define CLIENT_SIZE 46 /* INET6_ADDRSTRLEN */

struct client_networks;

/* networks: "10.0.0.0/8, ::1", separated by spaces or commas; "" for none. Returns NULL if one is invalid;
 * *bad then points to it, inside networks. Free the result with client_networks_free(), which accepts
 * NULL. */
struct client_networks *client_networks_parse(const char *networks, const char **bad);
void client_networks_free(struct client_networks *networks);

/* Writes the client's address into out, or "unknown" if peer has no IP address. peer: the other end of the
 * connection. forwarded: all X-Forwarded-For headers joined with commas; NULL if there are none, and trusted
 * may be NULL then. Addresses may have a port, brackets and quotes ("[2001:db8::1]:443"). Returns false if a
 * trusted proxy has written something else: *out is then the address of that proxy. */
bool client_address(const struct client_networks *trusted, const struct sockaddr *peer, const char *forwarded,
                    char out[CLIENT_SIZE]);

/* A number for the network in which this address is, an IPv4 /24 or an IPv6 /48; 0 if it is no address. */
long long client_network(const char *address);

/* Whether the address, as written by client_address(), is one of a trusted proxy. */
bool client_is_proxy(const struct client_networks *trusted, const char *address);

/* A client as two numbers: what one customer has, an IPv4 address or an IPv6 /64 network, and what one can
 * easily have many of these in, an IPv4 /24 or IPv6 /48 network. Different clients never have the same. */
struct client_key {
    uint64_t network, address;
};

/* client: as written by client_address(). */
struct client_key client_key_of(const char *client);

#endif
