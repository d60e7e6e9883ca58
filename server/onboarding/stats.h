/* SPDX-License-Identifier: Apache-2.0 */
/* What lanes and observers have done since the start, for readers on any thread. /metrics shows it. */
#ifndef SERVER_ONBOARDING_STATS_H
#define SERVER_ONBOARDING_STATS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "claim/mqtt.h"
#include "claim/settings.h"
#include "server/store/leaders.h"

#define LATENCY_BUCKETS 12
/* Upper bounds in seconds; what is above them belongs to +Inf. */
extern const double latency_bounds_puback[LATENCY_BUCKETS], latency_bounds_first_message[LATENCY_BUCKETS];

/* A histogram of times. Any thread, without locks: a reader may see a count without its part of the sum. */
struct latency {
    const double *bounds; /* LATENCY_BUCKETS */
    atomic_ulong buckets[LATENCY_BUCKETS + 1];
    atomic_ullong sum_ms;
};

/* A copy of a histogram. */
struct latency_counts {
    const double *bounds;
    unsigned long buckets[LATENCY_BUCKETS + 1]; /* not cumulative */
    double sum;                                 /* seconds */
};

void latency_add(struct latency *latency, long long ms);
void latency_read(const struct latency *latency, struct latency_counts *out);

/* Who leads for an account. */
struct lead_stats {
    bool leads;          /* this process */
    long long term;      /* of the leader; 0: none was seen yet */
    unsigned long terms; /* that this process has taken */
    char holder[LEADER_HOLDER_SIZE];
};

/* One claim-thing of a staging account. */
struct claim_thing_stats {
    unsigned number; /* settings.h */
    bool connected;
    char reason[MQTT_REASON_SIZE]; /* why it is not connected, for people */
    unsigned long connects, failures;
    unsigned long sent;
    int in_flight;
};

/* One staging account: sums over its claim-things. */
struct dispatcher_stats {
    const char *staging; /* borrowed from the settings */
    struct lead_stats lead;
    bool connected;                     /* one claim-thing at least */
    char reason[MQTT_REASON_SIZE + 32]; /* why a claim-thing is not connected, for people */
    unsigned long connects, failures;
    unsigned long sent, acknowledged, refused;
    struct latency_counts puback;        /* from publish to PUBACK */
    struct latency_counts first_message; /* from claim to the PUBACK of its first message */
    int in_flight;
    struct claim_thing_stats claim_things[CLAIM_THINGS_MAX];
    size_t claim_thing_count;
};

/* One OEM account. */
struct watcher_stats {
    const char *endpoint;
    struct lead_stats lead;
    bool observed;                 /* false: no way to see devices arrive is configured */
    bool connected;                /* events come */
    char reason[MQTT_REASON_SIZE]; /* why not, for people */
    unsigned long connects, failures;
    unsigned long events, arrivals;
    unsigned long unusable;  /* messages that were no events */
    unsigned long set_aside; /* events that the store could not take and never will; the log names them */
    bool has_skew;           /* false: no event was received yet */
    long long skew_ms;       /* our wall clock minus the account's */
};

#endif
