/* SPDX-License-Identifier: Apache-2.0 */
/* Limits the requests a minute from one address (IPv6: from one /64 network). Keeps a fixed number of
 * addresses; if two fall into one slot, the newer one replaces the older. Any thread. */
#ifndef SERVER_HTTP_LIMITER_H
#define SERVER_HTTP_LIMITER_H

struct limiter;

/* per_minute 0: no limit. Free with limiter_free(), which accepts NULL. */
struct limiter *limiter_new(unsigned per_minute);
void limiter_free(struct limiter *limiter);

/* Counts a request. Returns 0 if it is allowed, otherwise the seconds until the next one is. */
unsigned limiter_ask(struct limiter *limiter, const char *client);

#endif
