/* SPDX-License-Identifier: Apache-2.0 */
/* So many requests a minute from one address (IPv6: from one /64 network), and no more. Keeps a fixed number
 * of addresses; where two fall onto one place, the newer has it. Any thread. */
#ifndef SERVER_HTTP_LIMITER_H
#define SERVER_HTTP_LIMITER_H

struct limiter;

/* per_minute 0: no limit. */
struct limiter *limiter_new(unsigned per_minute);
void limiter_free(struct limiter *limiter);

/* 0: go on. Otherwise the seconds until the next one is welcome. */
unsigned limiter_ask(struct limiter *limiter, const char *client);

#endif
