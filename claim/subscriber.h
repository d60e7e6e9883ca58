/* SPDX-License-Identifier: Apache-2.0 */
/* Receives an OEM account's events over MQTT 3.1.1: keeps one connection and its subscriptions up, and leaves
 * it to the caller when a message is acknowledged, so that the account delivers again what was received but
 * not stored. (No MQTT library for C in Debian 12 can do that: Paho and libmosquitto send the PUBACK
 * themselves, which is why this is written here and publishing is not.)
 *
 * Threads: each subscriber has a thread of its own, so that a slow account, or a slow store, does not hold up
 * another one. Callbacks run on it; they copy and return. They may call subscriber_acknowledge() and
 * nothing else of this module; other threads may call everything. */
#ifndef CLAIM_SUBSCRIBER_H
#define CLAIM_SUBSCRIBER_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/mqtt.h"
#include "claim/settings.h"

struct subscriber;

/* Names one received message for its acknowledgement. */
struct subscriber_receipt {
    unsigned connection; /* counted from 1 */
    unsigned id;         /* packet identifier; 0: QoS 0, nothing to acknowledge */
};

struct subscriber_message {
    struct subscriber_receipt receipt;
    const char *topic;   /* terminated */
    const char *payload; /* not terminated */
    size_t length;
};

/* Whether the caller wants a connection. */
enum subscriber_wish {
    SUBSCRIBER_CONNECT,
    SUBSCRIBER_STAY, /* keep a connection that stands; do not connect again */
    SUBSCRIBER_DISCONNECT,
};

struct subscriber_callbacks {
    void *context;
    /* Asked before each attempt to connect, and again and again while connected. NULL: SUBSCRIBER_CONNECT. */
    enum subscriber_wish (*wish)(void *context);
    /* Connected and subscribed to all required filters. session_present: the account resumed the session and
     * delivers what it has kept, and again what was not acknowledged on an earlier connection than this one.
     */
    void (*subscribed)(void *context, bool session_present, unsigned connection);
    /* The account refuses the filter: the connection stays up. If the filter is required, it is never
     * subscribed(). */
    void (*refused)(void *context, const char *filter);
    /* The connection was lost or an attempt failed. reason is for people. Messages without acknowledgement
     * come again. */
    void (*lost)(void *context, const char *reason);
    /* Borrowed until it returns. */
    void (*message)(void *context, const struct subscriber_message *message);
};

#define SUBSCRIBER_FILTERS_MAX 4

struct subscriber_options {
    const struct account_connection *connection; /* borrowed */
    const char *client_id;                       /* copied */
    const char *filters[SUBSCRIBER_FILTERS_MAX]; /* borrowed; NULL: no more */
    size_t required_filters;   /* without one of these, the first ones, it is not subscribed(); 0: all */
    bool keep_session;         /* CleanSession = 0: the account keeps messages while the client is away */
    size_t unacknowledged_max; /* reads no more while so many messages are not acknowledged; 1 or more */
    long long backoff_min_ms;  /* 0: 1000, as AWS accepts one CONNECT per second and client id */
    long long backoff_max_ms;  /* 0: 5000 */
};

/* MQTT_BAD_FILE: a file cannot be read; the log names it. The caller owns *out, untouched on error. */
enum mqtt_error subscriber_new(const struct subscriber_options *options,
                               const struct subscriber_callbacks *callbacks, struct subscriber **out)
    __attribute__((warn_unused_result));
/* Starts its thread, which connects. MQTT_REFUSED: there can be no more threads. */
enum mqtt_error subscriber_start(struct subscriber *subscriber) __attribute__((warn_unused_result));

/* Acknowledges messages, in the order in which they were received (MQTT-4.6.0-2). Those of an earlier
 * connection are ignored: they come again. */
void subscriber_acknowledge(struct subscriber *subscriber, const struct subscriber_receipt *receipts,
                            size_t count);

/* The wish may have changed: asks for it. */
void subscriber_ask(struct subscriber *subscriber);

/* Connects again, with the certificate files as they are then. Files that are replaced are noticed without
 * it. */
void subscriber_reconnect(struct subscriber *subscriber);

/* No message callback runs after it returns; acknowledgements are still sent. */
void subscriber_pause(struct subscriber *subscriber);
/* Sends what was acknowledged and DISCONNECT, waiting a second at most; ends the thread and frees it. No
 * callback runs after it returns. NULL is allowed. */
void subscriber_free(struct subscriber *subscriber);

/* The number of successful connections and of failed attempts. */
unsigned long subscriber_connect_count(const struct subscriber *subscriber);
unsigned long subscriber_failure_count(const struct subscriber *subscriber);
/* Why it is not connected, for people; "" while connected or before the first attempt. */
void subscriber_reason(const struct subscriber *subscriber, char out[MQTT_REASON_SIZE]);

#endif
