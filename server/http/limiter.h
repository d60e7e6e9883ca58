/* SPDX-License-Identifier: Apache-2.0 */
/* Limits the requests a minute from one client: an IPv4 address, or an IPv6 /64 network, which is one
 * customer's; and all /64 networks of a /48 together, which one can have as well. Memory is fixed, and exact
 * for the clients that are active: one is never taken for another. If there are too many, a newcomer gets no
 * more than the one that it replaces had left, so that many addresses are no way around the limit. Any
 * thread. */
#ifndef SERVER_HTTP_LIMITER_H
#define SERVER_HTTP_LIMITER_H

#define LIMITER_SITE_FACTOR 8 /* a /48 network may do so many times what a /64 may */

struct limiter;

/* per_minute 0: no limit. Free with limiter_free(), which accepts NULL. */
struct limiter *limiter_new(unsigned per_minute);
void limiter_free(struct limiter *limiter);

/* Counts a request. Returns 0 if it is allowed, otherwise the seconds until the next one is. */
unsigned limiter_ask(struct limiter *limiter, const char *client);

#endif
