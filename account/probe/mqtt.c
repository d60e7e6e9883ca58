/* SPDX-License-Identifier: Apache-2.0 */
#include "account/probe/mqtt.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "account/probe/tls.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/name_lookup.h"
#include "base/tcp.h"
#include "claim/mqtt_packet.h"

#define KEEP_ALIVE_S 1200 /* the most that AWS takes: nothing here lasts so long */
#define SUBACK_FAILURE 0x80
#define LAST_WORD_MS 500

struct mqtt_probe {
    struct tls_probe *tls;
    int timeout_ms;
    bool session_present;
    uint16_t last_id;
    char buffer[MQTT_PACKET_MAX]; /* read, and not taken yet */
    size_t length;
    size_t taken; /* of the last packet: it stays until the next one is wanted */
};

static enum mqtt_probe_result result_of(enum tls_result result)
{
    if (result == TLS_FINE)
        return MQTT_PROBE_DONE;
    return result == TLS_SILENT ? MQTT_PROBE_SILENT : MQTT_PROBE_DROPPED;
}

static enum mqtt_probe_result send_packet(struct mqtt_probe *probe, const struct text *packet)
{
    return result_of(tls_probe_write(probe->tls, packet->data, packet->length, probe->timeout_ms));
}

static enum mqtt_probe_result read_more(struct mqtt_probe *probe, long long deadline)
{
    long long left = deadline - clock_monotonic_ms();
    size_t length = 0;

    if (left <= 0) /* a server that never pauses would keep us for ever */
        return MQTT_PROBE_SILENT;
    enum tls_result result = tls_probe_read(probe->tls, probe->buffer + probe->length,
                                            sizeof probe->buffer - probe->length, &length, (int)left);
    probe->length += length;
    return result_of(result);
}

static enum mqtt_probe_result take_packet(struct mqtt_probe *probe, long long deadline,
                                          struct mqtt_packet *out)
{
    enum mqtt_probe_result result = MQTT_PROBE_DONE;
    enum mqtt_reading reading = MQTT_INCOMPLETE;

    memmove(probe->buffer, probe->buffer + probe->taken, probe->length - probe->taken);
    probe->length -= probe->taken;
    probe->taken = 0;
    while (!result && (reading = mqtt_packet_read(probe->buffer, probe->length, out)) == MQTT_INCOMPLETE)
        result = read_more(probe, deadline);
    if (result || reading == MQTT_INVALID)
        return result ? result : MQTT_PROBE_STRANGE;
    probe->taken = out->length;
    return MQTT_PROBE_DONE;
}

/* The answer to what was sent; messages that come between are left unacknowledged. */
static enum mqtt_probe_result take_answer(struct mqtt_probe *probe, enum mqtt_packet_type type,
                                          struct mqtt_packet *out)
{
    long long deadline = clock_monotonic_ms() + probe->timeout_ms;
    enum mqtt_probe_result result;

    do
        result = take_packet(probe, deadline, out);
    while (!result && out->type == MQTT_PUBLISH && type != MQTT_CONNACK);
    if (result)
        return result;
    return out->type == type ? MQTT_PROBE_DONE : MQTT_PROBE_STRANGE;
}

static enum mqtt_probe_result say_connect(struct mqtt_probe *probe, const char *client_id, bool keep_session,
                                          int *code)
{
    TEXT struct text packet = TEXT_EMPTY;
    struct mqtt_packet answer;

    mqtt_packet_connect(&packet, client_id, keep_session, KEEP_ALIVE_S);
    enum mqtt_probe_result result = send_packet(probe, &packet);
    /* What the server has said may still be there where it does not listen any more. */
    if (result == MQTT_PROBE_SILENT)
        return result;
    result = take_answer(probe, MQTT_CONNACK, &answer);
    if (result)
        return result;
    probe->session_present = answer.session_present;
    *code = (int)answer.code;
    return answer.code ? MQTT_PROBE_REFUSED : MQTT_PROBE_DONE;
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
    TEXT struct text last_word = TEXT_EMPTY;

    if (!probe)
        return;
    mqtt_packet_disconnect(&last_word);
    tls_probe_write(probe->tls, last_word.data, last_word.length, LAST_WORD_MS);
    tls_probe_close(probe->tls);
    free(probe);
}

bool mqtt_probe_session_present(const struct mqtt_probe *probe)
{
    return probe->session_present;
}

enum mqtt_probe_result mqtt_probe_publish(struct mqtt_probe *probe, const char *topic, const char *payload)
{
    TEXT struct text packet = TEXT_EMPTY;
    struct mqtt_packet answer;

    mqtt_packet_publish(&packet, ++probe->last_id, topic, payload);
    enum mqtt_probe_result result = send_packet(probe, &packet);
    return result ? result : take_answer(probe, MQTT_PUBACK, &answer);
}

enum mqtt_probe_result mqtt_probe_subscribe(struct mqtt_probe *probe, const char *filter)
{
    TEXT struct text packet = TEXT_EMPTY;
    struct mqtt_packet answer;

    mqtt_packet_subscribe(&packet, ++probe->last_id, filter);
    enum mqtt_probe_result result = send_packet(probe, &packet);
    result = result ? result : take_answer(probe, MQTT_SUBACK, &answer);
    if (result)
        return result;
    return answer.code == SUBACK_FAILURE ? MQTT_PROBE_REFUSED : MQTT_PROBE_DONE;
}

enum mqtt_probe_result mqtt_probe_unsubscribe(struct mqtt_probe *probe, const char *filter)
{
    TEXT struct text packet = TEXT_EMPTY;
    struct mqtt_packet answer;

    mqtt_packet_unsubscribe(&packet, ++probe->last_id, filter);
    enum mqtt_probe_result result = send_packet(probe, &packet);
    return result ? result : take_answer(probe, MQTT_UNSUBACK, &answer);
}

enum mqtt_probe_result mqtt_probe_stay(struct mqtt_probe *probe, int ms)
{
    long long deadline = clock_monotonic_ms() + ms;
    struct mqtt_packet packet;
    enum mqtt_probe_result result;

    do
        result = take_packet(probe, deadline, &packet);
    while (result == MQTT_PROBE_DONE);
    return result == MQTT_PROBE_SILENT ? MQTT_PROBE_DONE : result;
}
