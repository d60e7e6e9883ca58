/* SPDX-License-Identifier: Apache-2.0 */
#include "account/probe/mqtt.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "account/probe/name_lookup.h"
#include "account/probe/tcp.h"
#include "account/probe/tls.h"
#include "base/clock.h"
#include "base/memory.h"

/* MQTT 3.1.1, 2.2.1: with the flags that each must have. */
#define CONNECT 0x10
#define CONNACK 0x20
#define PUBLISH_QOS_1 0x32
#define PUBACK 0x40
#define SUBSCRIBE 0x82
#define SUBACK 0x90
#define UNSUBSCRIBE 0xa2
#define UNSUBACK 0xb0
#define DISCONNECT 0xe0
#define TYPE 0xf0

#define KEEP_ALIVE_S 1200 /* the most that AWS takes: nothing here lasts so long */
#define CLEAN_SESSION 0x02
#define SUBACK_FAILURE 0x80
#define LAST_WORD_MS 500

struct mqtt_probe {
    struct tls_probe *tls;
    int timeout_ms;
    bool session_present;
    uint16_t last_id;
    unsigned char buffer[4096]; /* read, and not taken yet */
    size_t start, end;
};

/* What comes back, as far as it is looked at. */
struct packet {
    unsigned char type;
    unsigned char head[4]; /* of what is behind the length */
    size_t length;         /* of it all */
};

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

static enum mqtt_probe_result result_of(enum tls_result result)
{
    if (result == TLS_FINE)
        return MQTT_PROBE_DONE;
    return result == TLS_SILENT ? MQTT_PROBE_SILENT : MQTT_PROBE_DROPPED;
}

static enum mqtt_probe_result send_packet(struct mqtt_probe *probe, unsigned type, const struct text *body)
{
    TEXT struct text packet = TEXT_EMPTY;
    size_t left = body->length;

    add_byte(&packet, type);
    do {
        add_byte(&packet, (unsigned)(left % 128 + (left >= 128 ? 128 : 0)));
        left /= 128;
    } while (left);
    text_add(&packet, text_get(body), body->length);
    return result_of(tls_probe_write(probe->tls, packet.data, packet.length, probe->timeout_ms));
}

static enum mqtt_probe_result take_byte(struct mqtt_probe *probe, long long deadline, unsigned char *out)
{
    if (probe->start == probe->end) {
        long long left = deadline - clock_monotonic_ms();
        size_t length = 0;
        if (left <= 0) /* a server that never pauses would keep us for ever */
            return MQTT_PROBE_SILENT;
        enum tls_result result =
            tls_probe_read(probe->tls, probe->buffer, sizeof probe->buffer, &length, (int)left);
        if (result)
            return result_of(result);
        probe->start = 0;
        probe->end = length;
    }
    *out = probe->buffer[probe->start++];
    return MQTT_PROBE_DONE;
}

static enum mqtt_probe_result take_packet(struct mqtt_probe *probe, long long deadline, struct packet *out)
{
    struct packet packet = {0};
    unsigned char byte = 0x80;
    enum mqtt_probe_result result = take_byte(probe, deadline, &packet.type);

    for (unsigned shift = 0; !result && (byte & 0x80); shift += 7) {
        if (shift > 21)
            return MQTT_PROBE_STRANGE;
        result = take_byte(probe, deadline, &byte);
        packet.length |= (size_t)(byte & 0x7f) << shift;
    }
    for (size_t i = 0; !result && i < packet.length; i++) {
        result = take_byte(probe, deadline, &byte);
        if (i < sizeof packet.head)
            packet.head[i] = byte;
    }
    if (!result)
        *out = packet;
    return result;
}

/* The answer to what was sent; messages that come between are left unacknowledged. */
static enum mqtt_probe_result take_answer(struct mqtt_probe *probe, unsigned type, size_t length,
                                          struct packet *out)
{
    long long deadline = clock_monotonic_ms() + probe->timeout_ms;
    enum mqtt_probe_result result;

    do
        result = take_packet(probe, deadline, out);
    while (!result && (out->type & TYPE) == (PUBLISH_QOS_1 & TYPE) && type != CONNACK);
    if (result)
        return result;
    return (out->type & TYPE) == type && out->length == length ? MQTT_PROBE_DONE : MQTT_PROBE_STRANGE;
}

static enum mqtt_probe_result say_connect(struct mqtt_probe *probe, const char *client_id, bool keep_session,
                                          int *code)
{
    TEXT struct text body = TEXT_EMPTY;
    struct packet answer;

    add_string(&body, "MQTT");
    add_byte(&body, 4); /* 3.1.1 */
    add_byte(&body, keep_session ? 0 : CLEAN_SESSION);
    add_number(&body, KEEP_ALIVE_S);
    add_string(&body, client_id);
    enum mqtt_probe_result result = send_packet(probe, CONNECT, &body);
    /* What the server has said may still be there where it does not listen any more. */
    if (result == MQTT_PROBE_SILENT)
        return result;
    result = take_answer(probe, CONNACK, 2, &answer);
    if (result)
        return result;
    probe->session_present = answer.head[0] & 1;
    *code = answer.head[1];
    return answer.head[1] ? MQTT_PROBE_REFUSED : MQTT_PROBE_DONE;
}

static struct tls_probe *reach(const struct mqtt_probe_options *options)
{
    const struct account_connection *to = options->connection;
    const struct tls_options tls = {
        .host = to->address,
        .ca_file = to->ca_file,
        .cert_file = to->cert_file,
        .key_file = to->key_file,
        .alpn = to->port == 443,
        .timeout_ms = options->timeout_ms,
        .interrupted = options->interrupted,
    };
    struct name_addresses addresses;
    struct tcp_probe tried;
    struct tls_seen seen;
    TEXT struct text why = TEXT_EMPTY;

    if (name_lookup(to->address, to->port, options->timeout_ms, options->interrupted, &addresses, &why))
        return NULL;
    int descriptor = tcp_probe(&addresses, options->timeout_ms, options->interrupted, &tried);
    if (descriptor < 0)
        return NULL;
    struct tls_probe *probe = tls_probe_open(descriptor, &tls, &seen);
    bool trusted = seen.ca_file_usable && !seen.untrusted.length && seen.name_fits;
    tls_seen_fini(&seen);
    if (trusted)
        return probe;
    tls_probe_close(probe);
    return NULL;
}

enum mqtt_probe_result mqtt_probe_open(const struct mqtt_probe_options *options, struct mqtt_probe **out,
                                       int *code)
{
    struct tls_probe *tls = reach(options);

    *out = NULL;
    *code = 0;
    if (!tls)
        return MQTT_PROBE_UNREACHABLE;
    struct mqtt_probe *probe = memory_new(1, sizeof *probe);
    probe->tls = tls;
    probe->timeout_ms = options->timeout_ms;
    enum mqtt_probe_result result =
        say_connect(probe, options->connection->client_id, options->keep_session, code);
    if (result == MQTT_PROBE_DONE) {
        *out = probe;
        return result;
    }
    tls_probe_close(tls);
    free(probe);
    return result;
}

void mqtt_probe_close(struct mqtt_probe *probe)
{
    static const unsigned char last_word[] = {DISCONNECT, 0};

    if (!probe)
        return;
    tls_probe_write(probe->tls, last_word, sizeof last_word, LAST_WORD_MS);
    tls_probe_close(probe->tls);
    free(probe);
}

bool mqtt_probe_session_present(const struct mqtt_probe *probe)
{
    return probe->session_present;
}

enum mqtt_probe_result mqtt_probe_publish(struct mqtt_probe *probe, const char *topic, const char *payload)
{
    TEXT struct text body = TEXT_EMPTY;
    struct packet answer;

    add_string(&body, topic);
    add_number(&body, ++probe->last_id);
    text_puts(&body, payload);
    enum mqtt_probe_result result = send_packet(probe, PUBLISH_QOS_1, &body);
    return result ? result : take_answer(probe, PUBACK, 2, &answer);
}

enum mqtt_probe_result mqtt_probe_subscribe(struct mqtt_probe *probe, const char *filter)
{
    TEXT struct text body = TEXT_EMPTY;
    struct packet answer;

    add_number(&body, ++probe->last_id);
    add_string(&body, filter);
    add_byte(&body, 1);
    enum mqtt_probe_result result = send_packet(probe, SUBSCRIBE, &body);
    result = result ? result : take_answer(probe, SUBACK, 3, &answer);
    if (result)
        return result;
    return answer.head[2] == SUBACK_FAILURE ? MQTT_PROBE_REFUSED : MQTT_PROBE_DONE;
}

enum mqtt_probe_result mqtt_probe_unsubscribe(struct mqtt_probe *probe, const char *filter)
{
    TEXT struct text body = TEXT_EMPTY;
    struct packet answer;

    add_number(&body, ++probe->last_id);
    add_string(&body, filter);
    enum mqtt_probe_result result = send_packet(probe, UNSUBSCRIBE, &body);
    return result ? result : take_answer(probe, UNSUBACK, 2, &answer);
}

enum mqtt_probe_result mqtt_probe_stay(struct mqtt_probe *probe, int ms)
{
    long long deadline = clock_monotonic_ms() + ms;
    struct packet packet;
    enum mqtt_probe_result result;

    do
        result = take_packet(probe, deadline, &packet);
    while (result == MQTT_PROBE_DONE);
    return result == MQTT_PROBE_SILENT ? MQTT_PROBE_DONE : result;
}
