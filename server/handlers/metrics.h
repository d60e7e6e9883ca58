/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics page: Prometheus text format 0.0.4. */
#ifndef SERVER_HANDLERS_METRICS_H
#define SERVER_HANDLERS_METRICS_H

#include "base/text.h"
#include "server/handlers/portal.h"

/* What the store says, read inside a job. */
struct metrics_store {
    long long claims[CLAIM_STATE_COUNT];
    long long oldest_open; /* accepted_at of the oldest open claim, wall ms; 0: none */
};

/* store: NULL where it does not answer. */
void metrics_write(const struct portal *portal, const struct metrics_store *store, struct text *out);

#endif
