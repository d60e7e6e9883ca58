/* SPDX-License-Identifier: Apache-2.0 */
/* How many requests each route has answered, by status; for /metrics. Any thread. */
#ifndef SERVER_HTTP_COUNTS_H
#define SERVER_HTTP_COUNTS_H

#include <stddef.h>

struct request_counts;

struct request_counts *request_counts_new(size_t routes);
void request_counts_free(struct request_counts *counts);

/* route: index, or the number of routes for requests that found none. */
void request_counts_add(struct request_counts *counts, size_t route, unsigned status);

/* status 0: statuses that are not counted one by one. */
void request_counts_each(const struct request_counts *counts, size_t route,
                         void (*each)(void *context, unsigned status, unsigned long count), void *context);

#endif
