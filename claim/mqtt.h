/* SPDX-License-Identifier: Apache-2.0 */
/* One MQTT 3.1.1 connection over mutual TLS that reconnects automatically. The only user of Eclipse Paho.
 * Create it with mqtt_new(), then call mqtt_tick() regularly.
 *
 * Threads: one thread (the owner) calls all functions, unless a function says any thread; Paho requires
 * publishing from one thread only. Callbacks run on Paho's thread, may come more than once for one event, and
 * must not call this module: they copy, wake the owner and return. */
#ifndef CLAIM_MQTT_H
#define CLAIM_MQTT_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/mqtt_reason.h"

enum mqtt_error {
    MQTT_OK,
    MQTT_NOT_CONNECTED,
    MQTT_WINDOW_FULL, /* max_inflight publishes have no PUBACK yet */
    MQTT_BAD_TOPIC, /* starts with $ and not with $aws/rules/, has + # NUL or control characters, or is empty
                       or longer than 256 bytes: the broker would drop the connection (IoT limits) */
    MQTT_BAD_FILE,  /* cannot use CA, certificate or key; the log names the file */
    MQTT_REFUSED,   /* the library returned an error */
};

struct mqtt_options {
    const char *name; /* for logs: "staging acme"; all texts are copied */
    const char *address;
    int port; /* 443: ALPN x-amzn-mqtt-ca is offered (OG) */
    const char *client_id;
    const char *ca_file;
    const char *cert_file;
    const char *key_file;
    bool keep_session; /* CleanSession = 0: the broker keeps subscriptions and QoS 1 messages while the client
                          is offline */
    int keep_alive_s;  /* 0: 30 s; AWS accepts 30..1200 */
    int max_inflight;  /* 0: 100, the limit of AWS; never more than 65535 */
    long long backoff_min_ms; /* 0: 1000, as AWS accepts one CONNECT per second and client id */
    long long backoff_max_ms; /* 0: 5000; see backoff.h for when another client has the same client id */
};

struct mqtt_callbacks {
    void *context;
    /* CONNACK: connected. session_present: the broker resumed an old session. */
    void (*connected)(void *context, bool session_present);
    /* The connection was lost or an attempt failed; reason is for people, borrowed. Publishes without PUBACK
     * will not get one. */
    void (*lost)(void *context, const char *reason);
    /* PUBACK for the publish with this cookie. */
    void (*acknowledged)(void *context, unsigned long cookie);
    /* SUBACK: the subscription was accepted or not. */
    void (*subscribed)(void *context, const char *topic, bool accepted);
    /* topic is terminated, payload is not; both borrowed. The PUBACK for a QoS 1 message is sent after this
     * returns, whatever it returns. false makes Paho deliver the message again a moment later. */
    bool (*message)(void *context, const char *topic, const void *payload, size_t length);
};

struct mqtt;

/* Removes the proxy variables that Paho follows (http_proxy and the like) from the environment, and disables
 * Paho's handling of signals and OpenSSL. Call once, before threads start. */
void mqtt_library_init(void);

/* Creates a connection without connecting. The caller owns *out. */
enum mqtt_error mqtt_new(const struct mqtt_options *options, const struct mqtt_callbacks *callbacks,
                         struct mqtt **out) __attribute__((warn_unused_result));
/* Disconnects without waiting for acknowledgements. No callback runs after it returns. NULL is allowed. */
void mqtt_free(struct mqtt *mqtt);

/* Starts an attempt to connect if one is due. Returns the milliseconds until the next call is needed, or -1
 * if there is nothing to do; earlier calls do no harm. backoff.h says how long it waits between attempts. */
long long mqtt_tick(struct mqtt *mqtt);

/* The last connection was lost for a reason that the owner knows: the next attempt is made soon, and it is no
 * sign of another client with this client id. */
void mqtt_excuse_loss(struct mqtt *mqtt);

/* Disconnects cleanly (DISCONNECT) and stays disconnected until mqtt_resume(). Does not block. */
void mqtt_pause(struct mqtt *mqtt);
void mqtt_resume(struct mqtt *mqtt);

bool mqtt_is_connected(const struct mqtt *mqtt);

/* Publishes with QoS 1, without RETAIN (AWS requires a separate permission for it). acknowledged() gets the
 * cookie. MQTT_BAD_TOPIC: a wildcard, more than 256 bytes, or one of AWS's own topics except those of a rule
 * ($aws/rules/RULE/...). */
enum mqtt_error mqtt_publish(struct mqtt *mqtt, const char *topic, const void *payload, size_t length,
                             unsigned long cookie) __attribute__((warn_unused_result));
/* Subscribes with QoS 1. */
enum mqtt_error mqtt_subscribe(struct mqtt *mqtt, const char *filter) __attribute__((warn_unused_result));

/* The number of successful connections and of failed attempts since mqtt_new(). Any thread. */
unsigned long mqtt_connect_count(const struct mqtt *mqtt);
unsigned long mqtt_failure_count(const struct mqtt *mqtt);
/* Why it is not connected, for people; "" while connected or before the first attempt. Any thread. */
void mqtt_reason(const struct mqtt *mqtt, char out[MQTT_REASON_SIZE]);
const char *mqtt_error_name(enum mqtt_error error);

#endif
