/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the log short during an outage: connections are tried again every few seconds, and fail for the same
 * reason. Not thread-safe. */
#ifndef CLAIM_OUTAGE_H
#define CLAIM_OUTAGE_H

#include <stdbool.h>

#include "claim/mqtt.h"

#define OUTAGE_REPEAT_MS 60000

/* All zeros: connected. */
struct outage {
    bool is_known;
    long long logged_at; /* monotonic ms */
    char reason[MQTT_REASON_SIZE];
};

/* Whether a loss for this reason is worth a line in the log: it is the first, has another reason than the
 * last, or a minute has passed. */
bool outage_is_news(struct outage *outage, const char *reason, long long monotonic_ms);
/* It is connected again. */
void outage_end(struct outage *outage);

#endif
