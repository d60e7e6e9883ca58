/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics page: Prometheus text format 0.0.4. */
#ifndef SERVER_HANDLERS_METRICS_H
#define SERVER_HANDLERS_METRICS_H

#include "base/text.h"
#include "server/handlers/portal.h"

/* oldest_open: accepted_at of the oldest open claim, wall ms; 0: none. */
void metrics_write(const struct portal *portal, long long oldest_open, struct text *out);

#endif
