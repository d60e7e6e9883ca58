/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by mqtt_connection.c, mqtt_messages.c and mqtt_library.c, the only files that use Paho. */
#ifndef CLAIM_MQTT_PRIVATE_H
#define CLAIM_MQTT_PRIVATE_H

#include <MQTTAsync.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "claim/backoff.h"
#include "claim/mqtt.h"
#include "claim/mqtt_reason.h"
#include "claim/mqtt_window.h"

#define MQTT_TOPIC_MAX 256 /* IoT limits */
#define MQTT_FILTERS_MAX 8

enum link { LINK_DOWN, LINK_CONNECTING, LINK_UP, LINK_PAUSED };

struct subscription {
    struct mqtt *mqtt;
    char filter[MQTT_TOPIC_MAX + 1];
};

struct mqtt {
    char *name, *address, *client_id, *ca_file, *cert_file, *key_file;
    struct mqtt_options options;
    struct mqtt_callbacks callbacks;
    MQTTAsync client;

    /* Only for the owner's thread. */
    struct backoff backoff;
    long long next_attempt;
    long long attempt_started;
    struct subscription subscriptions[MQTT_FILTERS_MAX];

    /* Shared with Paho's threads. */
    pthread_mutex_t lock;
    enum link link;
    bool stray;         /* Paho is connected although we have given that connection up: disconnect */
    bool retry_wanted;  /* the owner has not yet scheduled the next attempt */
    long long up_since; /* monotonic; 0: has not connected since the last attempt */
    struct mqtt_window window;
    char reason[MQTT_REASON_SIZE];
    char tls_error[MQTT_REASON_SIZE];
    bool closed; /* DISCONNECT was sent */
    atomic_bool freeing;
    atomic_int callbacks_running;
    atomic_ulong connect_count, failure_count;
};

/* Every callback of Paho calls mqtt_enter() first, and does nothing if it returns false, so that mqtt_free()
 * can wait for running callbacks. */
bool mqtt_enter(struct mqtt *mqtt);
void mqtt_leave(struct mqtt *mqtt);

/* The connection is lost, unless that is known. Without the lock. */
void mqtt_went_down(struct mqtt *mqtt, const char *reason);

/* An attempt to connect begins (1) or ends (-1). Paho's trace (mqtt_reason.h) is global and costs several
 * times as much as a publish, so it is on only during attempts. Any thread. */
void mqtt_trace_attempts(int change);

/* Paho's callback for messages that arrive (MQTTAsync_messageArrived). */
int mqtt_on_message(void *context, char *topic, int topic_length, MQTTAsync_message *message);

#endif
