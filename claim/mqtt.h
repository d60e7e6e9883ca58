/* SPDX-License-Identifier: Apache-2.0 */
/* One MQTT 3.1.1 connection over mutual TLS that keeps itself up. The only user of Eclipse Paho.
 *
 * Threads: one thread of the caller's (the owner) calls every function here. Callbacks come on Paho's thread,
 * may come more than once for one happening, and must not call back into this module: they copy, wake the
 * owner and return. Publishing from one thread only is Paho's own rule. */
#ifndef CLAIM_MQTT_H
#define CLAIM_MQTT_H

#include <stdbool.h>
#include <stddef.h>

enum mqtt_error {
    MQTT_OK,
    MQTT_NOT_CONNECTED,
    MQTT_WINDOW_FULL, /* max_inflight publishes are waiting for their PUBACK */
    MQTT_BAD_TOPIC,   /* has + # $ at the start, NUL or control characters, or is empty or longer than 256
                         bytes: it would drop the connection (IoT limits) */
    MQTT_BAD_FILE,    /* CA, certificate or key cannot be used: the log says which */
    MQTT_REFUSED,     /* the library refused */
};

struct mqtt_options {
    const char *name; /* for logs: "staging acme"; all texts are copied */
    const char *address;
    int port; /* 443: ALPN x-amzn-mqtt-ca is offered (OG) */
    const char *client_id;
    const char *ca_file;
    const char *cert_file;
    const char *key_file;
    bool keep_session; /* CleanSession = 0: the broker keeps subscriptions and QoS 1 messages while we are
                          away */
    int keep_alive_s;  /* 0: 30 s; AWS takes 30..1200 */
    int max_inflight;  /* 0: 100, the limit of AWS; never more than 65535 */
    long long backoff_min_ms; /* 0: 1000: AWS takes one CONNECT a second and client id */
    long long backoff_max_ms; /* 0: 60000 */
};

struct mqtt_callbacks {
    void *context;
    /* CONNACK: the connection is up. session_present: an old session goes on. */
    void (*connected)(void *context, bool session_present);
    /* It is down, or an attempt failed; reason is for people, borrowed. Publishes without PUBACK will get
     * none. */
    void (*lost)(void *context, const char *reason);
    /* PUBACK for the publish that was given this cookie. */
    void (*acknowledged)(void *context, unsigned long cookie);
    /* SUBACK: accepted or not. */
    void (*subscribed)(void *context, const char *topic, bool accepted);
    /* topic is terminated; payload is not. Both borrowed. The PUBACK for a QoS 1 message is sent after this
     * has returned, whatever it returned; false asks Paho for the message once more, a moment later. */
    bool (*message)(void *context, const char *topic, const void *payload, size_t length);
};

struct mqtt;

/* Removes the proxy variables (http_proxy and the like), which Paho would follow, from the environment, and
 * switches off Paho's own handling of signals and OpenSSL. Once, before threads start. */
void mqtt_library_init(void);

/* Does not connect yet. *out is owned by the caller. */
enum mqtt_error mqtt_new(const struct mqtt_options *options, const struct mqtt_callbacks *callbacks,
                         struct mqtt **out) __attribute__((warn_unused_result));
/* Disconnects without waiting for acknowledgements. No callback comes after it returns. NULL is fine. */
void mqtt_free(struct mqtt *mqtt);

/* Starts an attempt where one is due. Call it often: it returns the milliseconds until it wants to be called
 * again, or -1 when it has nothing to do. Attempts after a failure wait with full jitter, doubling to
 * backoff_max_ms. */
long long mqtt_tick(struct mqtt *mqtt);

/* Closes the connection in an orderly way (DISCONNECT) and stays down until mqtt_resume(). Does not block. */
void mqtt_pause(struct mqtt *mqtt);
void mqtt_resume(struct mqtt *mqtt);

bool mqtt_is_connected(const struct mqtt *mqtt);

/* QoS 1, no RETAIN (needs a permission of its own at AWS). cookie comes back with acknowledged(). */
enum mqtt_error mqtt_publish(struct mqtt *mqtt, const char *topic, const void *payload, size_t length,
                             unsigned long cookie) __attribute__((warn_unused_result));
/* QoS 1. */
enum mqtt_error mqtt_subscribe(struct mqtt *mqtt, const char *filter) __attribute__((warn_unused_result));

/* Times that the connection came up, and attempts that failed, since mqtt_new(). Any thread. */
unsigned long mqtt_connect_count(const struct mqtt *mqtt);
unsigned long mqtt_failure_count(const struct mqtt *mqtt);
/* Why it is not connected, for people; "" while it is, or was never tried. Any thread. */
#define MQTT_REASON_SIZE 256
void mqtt_reason(const struct mqtt *mqtt, char out[MQTT_REASON_SIZE]);
const char *mqtt_error_name(enum mqtt_error error);
/* A CONNACK's return code that refuses, for people; NULL: it is none of MQTT 3.1.1's. */
const char *mqtt_refusal_words(int code);

#endif
