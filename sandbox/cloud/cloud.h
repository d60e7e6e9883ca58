/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated cloud and all its state. */
#ifndef SANDBOX_CLOUD_CLOUD_H
#define SANDBOX_CLOUD_CLOUD_H

#include <pthread.h>
#include <stdbool.h>

#include "sandbox/cloud/access_keys.h"
#include "sandbox/cloud/account_feed.h"
#include "sandbox/cloud/bucket.h"
#include "sandbox/cloud/calendar.h"
#include "sandbox/cloud/deliveries.h"
#include "sandbox/cloud/destinations.h"
#include "sandbox/cloud/faults.h"
#include "sandbox/cloud/imports.h"
#include "sandbox/cloud/iot/state.h"
#include "sandbox/cloud/listener.h"
#include "sandbox/cloud/profiles.h"
#include "sandbox/cloud/queues.h"
#include "sandbox/cloud/request_body.h"
#include "sandbox/cloud/roles.h"

struct cloud_options { /* borrowed while the cloud exists */
    const char *state, *access_key, *secret_key, *session_token, *bucket, *apid;
    const char *iot_endpoint, *iot_ca; /* as for iot_open(); may be NULL */
    const char *journal;               /* of the account's broker; NULL: none */
    const char *events_queue;          /* made at the start, with rules and indexing; NULL: none */
    long pace_ms;
    double speed;
};

struct cloud {
    struct cloud_options options;
    pthread_mutex_t lock; /* guards all members below */
    struct calendar calendar;
    struct faults faults;
    struct credentials credentials;
    struct buckets buckets;
    struct deliveries deliveries;
    struct profiles profiles;
    struct destinations destinations;
    struct imports imports;
    struct iot iot;
    struct roles roles;
    struct queues queues;
    struct account_feed feed;
};

/* A request with its body. */
struct cloud_call {
    struct cloud *cloud;
    const struct cloud_request *request;
    struct request_body body;
    char digest[SIGNATURE_SIZE];         /* of the body, once it is complete */
    unsigned long long delivered, known; /* devices of a control log: new ones, and known ones */
};

/* Returns false with a sentence in *why; call cloud_close() then too. */
bool cloud_open(struct cloud *cloud, const struct cloud_options *options, struct text *why);
void cloud_close(struct cloud *cloud);
/* Writes pending changes to disk, and takes what the broker has written. Call regularly, from any thread. */
void cloud_flush(struct cloud *cloud);
/* Ends the calls that wait for something. */
void cloud_end_waits(struct cloud *cloud);

#endif
