/* SPDX-License-Identifier: Apache-2.0 */
/* One MQTT 3.1.1 connection over mutual TLS, used step by step to test what an account allows. It does not
 * use Paho (claim/mqtt.h), which keeps connections up and acknowledges messages: an observer's session may
 * hold arrivals for the portal, and messages not acknowledged here are resent to the portal. One thread;
 * every call is bounded by timeout_ms. */
#ifndef ACCOUNT_PROBE_MQTT_H
#define ACCOUNT_PROBE_MQTT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/text.h"
#include "claim/settings.h"

struct mqtt_probe_options { /* all borrowed */
    const struct account_connection *connection;
    bool keep_session; /* CleanSession = 0: an old session continues, and its pending messages stay */
    int timeout_ms;    /* for each step */
    const atomic_int *interrupted; /* may be NULL */
};

enum mqtt_probe_result {
    MQTT_PROBE_DONE,
    MQTT_PROBE_REFUSED,     /* refused by CONNACK or SUBACK */
    MQTT_PROBE_DROPPED,     /* the server closed the connection */
    MQTT_PROBE_SILENT,      /* no answer in time, or interrupted */
    MQTT_PROBE_STRANGE,     /* the answer is not MQTT */
    MQTT_PROBE_UNREACHABLE, /* name, TCP or TLS; or an invalid server certificate */
};

struct mqtt_probe;

/* *out is owned by the caller, NULL unless done. *code: the return code of a refusing CONNACK, else 0. */
enum mqtt_probe_result mqtt_probe_open(const struct mqtt_probe_options *options, struct mqtt_probe **out,
                                       int *code);
/* Sends DISCONNECT. NULL is fine. */
void mqtt_probe_close(struct mqtt_probe *probe);
/* CONNACK had Session Present. */
bool mqtt_probe_session_present(const struct mqtt_probe *probe);

/* QoS 1, no RETAIN; done: PUBACK has come. */
enum mqtt_probe_result mqtt_probe_publish(struct mqtt_probe *probe, const char *topic, const char *payload);
/* QoS 1. */
enum mqtt_probe_result mqtt_probe_subscribe(struct mqtt_probe *probe, const char *filter);
enum mqtt_probe_result mqtt_probe_unsubscribe(struct mqtt_probe *probe, const char *filter);
/* Stays connected for ms: done, or dropped. */
enum mqtt_probe_result mqtt_probe_stay(struct mqtt_probe *probe, int ms);

#endif
