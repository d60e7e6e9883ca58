/* SPDX-License-Identifier: Apache-2.0 */
/* mosquitto's plugin interface in the order in which its headers must come, with the few result codes that it
 * takes from mosquitto.h, which Debian keeps in another package. Their numbers are part of mosquitto's ABI.
 */
#ifndef SANDBOX_MOSQUITTO_API_H
#define SANDBOX_MOSQUITTO_API_H

#include <mosquitto_broker.h>

#include <mosquitto_plugin.h>

enum mosquitto_result {
    BROKER_OK = 0,
    BROKER_REFUSED = 11, /* from BASIC_AUTH: CONNACK "not authorised", then closed */
    BROKER_DENIED = 12,  /* from ACL_CHECK: the broker's own answer to what is not allowed */
    BROKER_DROP = 13,    /* closes the connection without a word: CONNECT, SUBSCRIBE and PUBLISH */
};

enum mosquitto_log_level { BROKER_NOTICE = 2, BROKER_WARNING = 4, BROKER_ERROR = 8 };

#define BROKER_PLUGIN_VERSION 5

/* mosquitto.h's; the broker has it, too. */
int mosquitto_topic_matches_sub(const char *filter, const char *topic, bool *result);

#endif
