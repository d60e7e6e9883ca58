/* SPDX-License-Identifier: Apache-2.0 */
/* What one staging account's lane has done, for readers on any thread. The lane fills it; the dispatcher
 * hands it on. Plain data: a copy belongs to the caller, but for the name, which is the settings'. */
#ifndef SERVER_ONBOARDING_STATS_H
#define SERVER_ONBOARDING_STATS_H

#include <stdbool.h>

#include "claim/mqtt.h"
#include "server/onboarding/latency.h"

struct dispatcher_stats { /* since the start; for one staging account */
    const char *staging;
    bool connected;
    char reason[MQTT_REASON_SIZE];    /* why not, for people */
    unsigned long connects, failures; /* of the connection */
    unsigned long sent, acknowledged, refused;
    struct latency_counts latency;
    int in_flight;
};

#endif
