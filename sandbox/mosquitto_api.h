/* SPDX-License-Identifier: Apache-2.0 */
/* Includes mosquitto's plugin interface in the order that its headers need, and defines the few result codes
 * from mosquitto.h, which Debian keeps in another package. Their numbers are part of mosquitto's ABI. */
#ifndef SANDBOX_MOSQUITTO_API_H
#define SANDBOX_MOSQUITTO_API_H

#include <mosquitto_broker.h>

#include <mosquitto_plugin.h>

enum mosquitto_result {
    BROKER_OK = 0,
    BROKER_REFUSED = 11, /* from BASIC_AUTH: sends CONNACK "not authorised" and closes */
    BROKER_DENIED = 12,  /* from ACL_CHECK: mosquitto's own answer to a denied action */
    BROKER_DROP = 13,    /* closes the connection without an answer: for CONNECT, SUBSCRIBE and PUBLISH */
};

enum mosquitto_log_level { BROKER_NOTICE = 2, BROKER_WARNING = 4, BROKER_ERROR = 8 };

#define BROKER_PLUGIN_VERSION 5

/* Declared in mosquitto.h; the broker provides it. */
int mosquitto_topic_matches_sub(const char *filter, const char *topic, bool *result);

#endif
