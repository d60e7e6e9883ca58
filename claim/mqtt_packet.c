/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/mqtt_packet.h"

#include <string.h>

/* 2.2: the first byte with the flags that a client must set. */
#define CONNECT 0x10
#define PUBLISH_QOS_1 0x32
#define PUBACK 0x40
#define SUBSCRIBE 0x82
#define UNSUBSCRIBE 0xa2
#define PINGREQ 0xc0
#define DISCONNECT 0xe0

#define LEVEL_3_1_1 4
#define CLEAN_SESSION 0x02

/* ---- writing ---- */

static void add_byte(struct text *out, unsigned byte)
{
    const char one = (char)byte;

    text_add(out, &one, 1);
}

static void add_number(struct text *out, unsigned number)
{
    add_byte(out, number >> 8 & 0xff);
    add_byte(out, number & 0xff);
}

static void add_string(struct text *out, const char *string)
{
    add_number(out, (unsigned)strlen(string));
    text_puts(out, string);
}

/* 2.2.3: seven bits a byte, the lowest first. */
static void add_header(struct text *out, unsigned first, size_t length)
{
    add_byte(out, first);
    do {
        add_byte(out, (unsigned)(length % 128 + (length >= 128 ? 128 : 0)));
        length /= 128;
    } while (length);
}

static size_t string_length(const char *string)
{
    return 2 + strlen(string);
}

void mqtt_packet_connect(struct text *out, const char *client_id, bool keep_session, unsigned keep_alive_s)
{
    add_header(out, CONNECT, string_length("MQTT") + 4 + string_length(client_id));
    add_string(out, "MQTT");
    add_byte(out, LEVEL_3_1_1);
    add_byte(out, keep_session ? 0 : CLEAN_SESSION);
    add_number(out, keep_alive_s);
    add_string(out, client_id);
}

void mqtt_packet_publish(struct text *out, unsigned id, const char *topic, const char *payload)
{
    add_header(out, PUBLISH_QOS_1, string_length(topic) + 2 + strlen(payload));
    add_string(out, topic);
    add_number(out, id);
    text_puts(out, payload);
}

void mqtt_packet_puback(struct text *out, unsigned id)
{
    add_header(out, PUBACK, 2);
    add_number(out, id);
}

void mqtt_packet_subscribe(struct text *out, unsigned id, const char *filter)
{
    add_header(out, SUBSCRIBE, 2 + string_length(filter) + 1);
    add_number(out, id);
    add_string(out, filter);
    add_byte(out, 1);
}

void mqtt_packet_unsubscribe(struct text *out, unsigned id, const char *filter)
{
    add_header(out, UNSUBSCRIBE, 2 + string_length(filter));
    add_number(out, id);
    add_string(out, filter);
}

void mqtt_packet_pingreq(struct text *out)
{
    add_header(out, PINGREQ, 0);
}

void mqtt_packet_disconnect(struct text *out)
{
    add_header(out, DISCONNECT, 0);
}

/* ---- reading ---- */

static unsigned number_at(const char *bytes)
{
    return (unsigned)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1];
}

/* 3.3: topic, packet identifier unless QoS 0, payload. */
static bool read_publish(const char *body, size_t length, unsigned flags, struct mqtt_packet *out)
{
    unsigned qos = flags >> 1 & 3;
    size_t behind_topic;

    if (length < 2)
        return false;
    out->topic_length = number_at(body);
    behind_topic = 2 + out->topic_length + (qos ? 2 : 0);
    if (out->topic_length == 0 || length < behind_topic)
        return false;
    out->qos = qos;
    out->topic = body + 2;
    out->id = qos ? number_at(body + 2 + out->topic_length) : 0;
    out->payload = body + behind_topic;
    out->payload_length = length - behind_topic;
    return qos == 0 || out->id != 0;
}

static bool read_connack(const char *body, struct mqtt_packet *out)
{
    if ((unsigned char)body[0] > 1)
        return false;
    out->session_present = body[0];
    out->code = (unsigned char)body[1];
    return true;
}

/* PUBACK and UNSUBACK have the id alone, SUBACK one more byte for the only filter of its SUBSCRIBE. */
static bool read_answer(const char *body, size_t length, struct mqtt_packet *out)
{
    out->id = number_at(body);
    out->code = length > 2 ? (unsigned char)body[2] : 0;
    return out->id != 0;
}

/* Told by the first byte and the length, before the rest has come. */
static bool may_come(unsigned first, size_t body)
{
    enum mqtt_packet_type type = (enum mqtt_packet_type)(first >> 4);

    if (type == MQTT_PUBLISH)
        return (first & 0x06) < 0x04; /* QoS 0 or 1 */
    if (first & 0x0f)                 /* 2.2.2: reserved flags */
        return false;
    return body == (type == MQTT_PINGRESP ? 0 : type == MQTT_SUBACK ? 3 : 2);
}

static bool read_body(unsigned first, const char *body, size_t length, struct mqtt_packet *out)
{
    out->type = (enum mqtt_packet_type)(first >> 4);
    switch (out->type) {
    case MQTT_CONNACK:
        return read_connack(body, out);
    case MQTT_PUBLISH:
        return read_publish(body, length, first & 0x0f, out);
    case MQTT_PUBACK:
    case MQTT_UNSUBACK:
    case MQTT_SUBACK:
        return read_answer(body, length, out);
    case MQTT_PINGRESP:
        return true;
    }
    return false;
}

enum mqtt_reading mqtt_packet_read(const char *bytes, size_t length, struct mqtt_packet *out)
{
    struct mqtt_packet packet = {0};
    size_t body = 0, header = 1;
    unsigned char byte = 0x80;

    for (unsigned shift = 0; byte & 0x80; shift += 7) {
        if (shift > 21)
            return MQTT_INVALID;
        if (header >= length)
            return MQTT_INCOMPLETE;
        byte = (unsigned char)bytes[header++];
        body |= (size_t)(byte & 0x7f) << shift;
    }
    packet.length = header + body;
    if (packet.length > MQTT_PACKET_MAX || !may_come((unsigned char)bytes[0], body))
        return MQTT_INVALID;
    if (packet.length > length)
        return MQTT_INCOMPLETE;
    if (!read_body((unsigned char)bytes[0], bytes + header, body, &packet))
        return MQTT_INVALID;
    *out = packet;
    return MQTT_READ;
}
