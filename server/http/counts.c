/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/counts.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"

static const unsigned statuses[] = {200, 201, 202, 204, 303, 304, 400, 401, 403, 404, 405,
                                    409, 413, 415, 422, 429, 431, 500, 503, 505, 0};
#define STATUS_COUNT (sizeof statuses / sizeof *statuses)

struct request_counts {
    size_t routes;
    atomic_ulong counts[][STATUS_COUNT]; /* one row per route, and one for requests without a route */
};

struct request_counts *request_counts_new(size_t routes)
{
    struct request_counts *counts = memory_new(1, sizeof *counts + (routes + 1) * sizeof counts->counts[0]);

    counts->routes = routes;
    return counts;
}

void request_counts_free(struct request_counts *counts)
{
    free(counts);
}

void request_counts_add(struct request_counts *counts, size_t route, unsigned status)
{
    size_t at = 0;

    while (statuses[at] && statuses[at] != status)
        at++;
    atomic_fetch_add_explicit(&counts->counts[route < counts->routes ? route : counts->routes][at], 1,
                              memory_order_relaxed);
}

void request_counts_each(const struct request_counts *counts, size_t route,
                         void (*each)(void *context, unsigned status, unsigned long count), void *context)
{
    for (size_t at = 0; at < STATUS_COUNT; at++) {
        unsigned long count = atomic_load_explicit(&counts->counts[route][at], memory_order_relaxed);
        if (count)
            each(context, statuses[at], count);
    }
}
