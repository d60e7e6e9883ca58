/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the answered requests of each route by status, for /metrics. Free with request_counts_free(), which
 * accepts NULL. Any thread. */
#ifndef SERVER_HTTP_COUNTS_H
#define SERVER_HTTP_COUNTS_H

#include <stddef.h>

struct request_counts;

struct request_counts *request_counts_new(size_t routes);
void request_counts_free(struct request_counts *counts);

/* route: its index, or the number of routes for requests that match no route. */
void request_counts_add(struct request_counts *counts, size_t route, unsigned status);

/* Calls each() for every status that has occurred. status 0 stands for all statuses that have no counter of
 * their own. */
void request_counts_each(const struct request_counts *counts, size_t route,
                         void (*each)(void *context, unsigned status, unsigned long count), void *context);

#endif
