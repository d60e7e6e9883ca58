/* SPDX-License-Identifier: Apache-2.0 */
/* MQTT 3.1.1 packets as bytes: writes what a client sends, reads what a server sends. Section numbers are
 * those of the OASIS standard. Pure functions, any thread. */
#ifndef CLAIM_MQTT_PACKET_H
#define CLAIM_MQTT_PACKET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Append a packet to *out. id is 1 to 65535. Messages have QoS 1 and no RETAIN. */
void mqtt_packet_connect(struct text *out, const char *client_id, bool keep_session, unsigned keep_alive_s);
void mqtt_packet_publish(struct text *out, unsigned id, const char *topic, const char *payload);
void mqtt_packet_puback(struct text *out, unsigned id);
void mqtt_packet_subscribe(struct text *out, unsigned id, const char *filter);
void mqtt_packet_unsubscribe(struct text *out, unsigned id, const char *filter);
void mqtt_packet_pingreq(struct text *out);
void mqtt_packet_disconnect(struct text *out);

enum mqtt_packet_type {
    MQTT_CONNACK = 2,
    MQTT_PUBLISH = 3,
    MQTT_PUBACK = 4,
    MQTT_SUBACK = 9,
    MQTT_UNSUBACK = 11,
    MQTT_PINGRESP = 13,
};

struct mqtt_packet {
    enum mqtt_packet_type type;
    size_t length;        /* of the whole packet */
    unsigned id;          /* PUBLISH with QoS 1, PUBACK, SUBACK, UNSUBACK */
    unsigned code;        /* CONNACK: return code; SUBACK: granted QoS of the only filter, 0x80: refused */
    bool session_present; /* CONNACK */
    unsigned qos;         /* PUBLISH: 0 or 1 */
    const char *topic, *payload; /* PUBLISH: borrowed from the bytes read, not terminated */
    size_t topic_length, payload_length;
};

#define MQTT_PACKET_MAX (136 * 1024) /* AWS: a payload of 128 KiB and its topic (IoT limits) */

enum mqtt_reading {
    MQTT_READ,       /* *out is filled in */
    MQTT_INCOMPLETE, /* more bytes are needed */
    MQTT_INVALID,    /* not MQTT 3.1.1 from a server, QoS 2, or longer than MQTT_PACKET_MAX */
};

/* Reads the packet at the beginning of bytes. */
enum mqtt_reading mqtt_packet_read(const char *bytes, size_t length, struct mqtt_packet *out);

#endif
