/* SPDX-License-Identifier: Apache-2.0 */
/* Why an MQTT connection failed, in words for people. */
#ifndef CLAIM_MQTT_REASON_H
#define CLAIM_MQTT_REASON_H

#include <stddef.h>

#define MQTT_REASON_SIZE 256

/* Paho reports two things only in its trace: a certificate for another host, and the alert with which the
 * peer ends TLS, for example if it rejects the client certificate. Keeps them for this thread; message is a
 * line of the trace. */
void mqtt_reason_trace(const char *message);
/* Moves what this thread has kept to out, unless out has a reason already. */
void mqtt_reason_take_traced(char out[MQTT_REASON_SIZE]);

/* Keeps for this thread why the server's certificate is refused; NULL: forget it. */
void mqtt_reason_refuse(const char *words);
/* A line of OpenSSL's, without its end; instead of it what mqtt_reason_refuse() has kept. */
void mqtt_reason_tls(const char *text, size_t length, char out[MQTT_REASON_SIZE]);
/* "reason: cause", or "reason" if cause is "". Both are cut if they are long. */
void mqtt_reason_join(const char *reason, const char *cause, char out[MQTT_REASON_SIZE]);

/* A sentence for a CONNACK return code that refuses; NULL if MQTT 3.1.1 does not define the code. */
const char *mqtt_refusal_words(int code);

#endif
