/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a source of events that reads a queue of SQS (event_source_sqs.c): what its threads share,
 * and how each reports whether its calls succeed. sqs_receiver.c and sqs_deleter.c have what they do. Only
 * for these files. */
#ifndef SERVER_ONBOARDING_SQS_WORKER_H
#define SERVER_ONBOARDING_SQS_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "claim/backoff.h"
#include "server/onboarding/aws_access.h"
#include "server/onboarding/event_source.h"
#include "server/onboarding/held_messages.h"

#define RECEIVERS 4
#define DELETERS 2
#define WORKERS (RECEIVERS + DELETERS)
#define IDLE_MS 1000 /* so often those who wait look again */

struct sqs_source;

struct sqs_worker {
    struct sqs_source *sqs;
    pthread_t thread;
    struct aws_lease aws;
    struct backoff backoff;
    bool failing;    /* under `delivering` */
    bool has_waited; /* a receiver: its first poll is done */
};

struct sqs_source {
    struct event_source source;
    struct event_callbacks callbacks;
    const struct oem_endpoint *endpoint; /* borrowed */
    struct aws_access *access;
    struct sqs_worker workers[WORKERS];
    size_t running;
    size_t held_max;

    atomic_int halt; /* receives nothing for now; interrupts what is being received */
    atomic_bool ending;
    atomic_int abort; /* deletes nothing more either */

    /* Held while callbacks run; taken before `lock`. */
    pthread_mutex_t delivering;
    bool is_up;
    long long up_logged_at, unusable_logged_at; /* monotonic; 0: never */

    /* Under `lock`. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct held_messages *held;
    size_t expected; /* messages that the receives under way may bring */
    size_t deleting;
    char reason[MQTT_REASON_SIZE];

    atomic_ulong connects, failures, unusable;
};

/* The worker's call has succeeded: the source is up once that is so for all of them. Takes `delivering` and
 * `lock`. */
void sqs_worker_succeeded(struct sqs_worker *worker);
/* The worker's call has failed: the source is down. Returns the milliseconds until the next attempt. */
long long sqs_worker_failed(struct sqs_worker *worker, const char *reason);

/* Waits until *stop, or until the time has passed. */
void sqs_source_wait_ms(struct sqs_source *sqs, long long ms, const atomic_int *stop);
/* Takes `lock`. */
void sqs_source_set_reason(struct sqs_source *sqs, const char *reason);
/* Whether a line may be logged, one a minute. Under `delivering`. */
bool sqs_source_is_due(long long *logged_at);

/* The threads' functions; their argument is a worker. */
void *sqs_receiver_run(void *argument);
void *sqs_deleter_run(void *argument);

#endif
