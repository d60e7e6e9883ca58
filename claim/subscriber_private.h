/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by subscriber_thread.c, the thread, and subscriber_session.c, what it says over a connection. All
 * functions are for the subscriber's own thread. */
#ifndef CLAIM_SUBSCRIBER_PRIVATE_H
#define CLAIM_SUBSCRIBER_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/backoff.h"
#include "claim/connection_files.h"
#include "claim/subscriber.h"
#include "claim/tls_stream.h"

#define SUBSCRIBER_CONNECT_MS 10000
#define SUBSCRIBER_BUFFER MQTT_PACKET_MAX

enum phase { PHASE_CONNACK, PHASE_SUBACK, PHASE_UP };

struct subscriber {
    struct subscriber_options options;
    struct subscriber_callbacks callbacks;
    char *client_id;
    pthread_t thread;
    bool started;
    int wake; /* eventfd */

    /* Only for its own thread. */
    struct backoff backoff;
    struct tls_stream *stream;
    enum phase phase;
    char *in; /* SUBSCRIBER_BUFFER bytes */
    size_t in_length;
    bool has_more; /* there may be more to read at once */
    struct text out;
    size_t out_sent;
    size_t unacknowledged;
    unsigned answered; /* filters with a SUBACK */
    bool lacks_filter; /* a required one was refused */
    bool session_present;
    long long answer_due; /* monotonic; 0: no answer is expected */
    long long next_ping;
    struct connection_files files;

    /* Shared; under the lock. */
    pthread_mutex_t lock;
    struct subscriber_receipt *receipts;
    size_t receipt_count;
    char reason[MQTT_REASON_SIZE];

    pthread_mutex_t delivering; /* held during a message callback */
    atomic_bool paused, renewing;
    atomic_int stopping;
    atomic_uint connection;
    atomic_ulong connect_count, failure_count;
};

void subscriber_set_reason(struct subscriber *subscriber, const char *reason);

/* A stream is open: the session begins with CONNECT. */
void subscriber_session_begin(struct subscriber *subscriber);

/* Whether messages may be taken: it is not paused, and not too many are unacknowledged. */
bool subscriber_session_may_read(struct subscriber *subscriber);
/* Acknowledges what has been asked for since the last time. */
void subscriber_session_receipts(struct subscriber *subscriber);

/* Each returns NULL, or why the connection is lost: static, or in the stream. None blocks. */
const char *subscriber_session_read(struct subscriber *subscriber);
const char *subscriber_session_write(struct subscriber *subscriber);
const char *subscriber_session_keep_alive(struct subscriber *subscriber, long long now);

#endif
