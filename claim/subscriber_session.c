/* SPDX-License-Identifier: Apache-2.0 */
/* The MQTT session of a subscriber: CONNECT, subscriptions, messages and their PUBACKs, pings. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "claim/mqtt_packet.h"
#include "claim/subscriber_private.h"

#define KEEP_ALIVE_S 30 /* AWS: 30 to 1200 (IoT limits) */
#define KEEP_ALIVE_MS (KEEP_ALIVE_S * 1000LL)
#define READS_MAX 16   /* before acknowledgements and pings have their turn */
#define TOPIC_SIZE 257 /* IoT limits */

static void expect_answer(struct subscriber *subscriber, long long within_ms)
{
    if (!subscriber->answer_due)
        subscriber->answer_due = clock_monotonic_ms() + within_ms;
}

static void subscribe(struct subscriber *subscriber)
{
    unsigned id = 0;

    subscriber->phase = PHASE_SUBACK;
    subscriber->answered = 0;
    subscriber->lacks_filter = false;
    for (; id < SUBSCRIBER_FILTERS_MAX && subscriber->options.filters[id]; id++)
        mqtt_packet_subscribe(&subscriber->out, id + 1, subscriber->options.filters[id]);
    expect_answer(subscriber, SUBSCRIBER_CONNECT_MS);
}

static unsigned filter_count(const struct subscriber *subscriber)
{
    unsigned count = 0;

    while (count < SUBSCRIBER_FILTERS_MAX && subscriber->options.filters[count])
        count++;
    return count;
}

/* NULL, or why the connection cannot be used. */
static const char *take_connack(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    if (subscriber->phase != PHASE_CONNACK)
        return "the server sent a second CONNACK";
    subscriber->answer_due = 0;
    if (packet->code) {
        const char *words = mqtt_refusal_words((int)packet->code);
        return words ? words : "refused with an unknown code";
    }
    subscriber->session_present = packet->session_present;
    subscribe(subscriber);
    return NULL;
}

/* Every filter has its SUBACK. */
static void come_up(struct subscriber *subscriber)
{
    bool complete = !subscriber->lacks_filter;

    subscriber->answer_due = 0;
    subscriber->phase = PHASE_UP;
    subscriber_set_reason(subscriber, complete ? "" : "the account refuses a subscription");
    backoff_connected(&subscriber->backoff, clock_monotonic_ms());
    atomic_fetch_add(&subscriber->connect_count, 1);
    if (complete)
        subscriber->callbacks.subscribed(subscriber->callbacks.context, subscriber->session_present,
                                         atomic_load(&subscriber->connection));
}

static const char *take_suback(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    if (subscriber->phase != PHASE_SUBACK || packet->id > filter_count(subscriber))
        return "the server acknowledged an unknown subscription";
    if (packet->code > 2) {
        size_t required = subscriber->options.required_filters;
        subscriber->lacks_filter = subscriber->lacks_filter || !required || packet->id <= required;
        subscriber->callbacks.refused(subscriber->callbacks.context,
                                      subscriber->options.filters[packet->id - 1]);
    }
    if (++subscriber->answered == filter_count(subscriber))
        come_up(subscriber);
    return NULL;
}

/* A topic that is too long or has a NUL is none of AWS's: it is acknowledged and dropped. */
static void deliver(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    struct subscriber_message message = {.receipt = {atomic_load(&subscriber->connection), packet->id},
                                         .payload = packet->payload,
                                         .length = packet->payload_length};
    char topic[TOPIC_SIZE];

    subscriber->unacknowledged += packet->id != 0;
    if (packet->topic_length >= sizeof topic || memchr(packet->topic, '\0', packet->topic_length)) {
        subscriber_acknowledge(subscriber, &message.receipt, 1);
        return;
    }
    memcpy(topic, packet->topic, packet->topic_length);
    topic[packet->topic_length] = '\0';
    message.topic = topic;
    subscriber->callbacks.message(subscriber->callbacks.context, &message);
}

/* Returns false if the subscriber was paused meanwhile: the message stays where it is. */
static bool take_message(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    pthread_mutex_lock(&subscriber->delivering);
    bool taken = !atomic_load(&subscriber->paused);
    if (taken)
        deliver(subscriber, packet);
    pthread_mutex_unlock(&subscriber->delivering);
    return taken;
}

static const char *take_packet(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    if (packet->type == MQTT_CONNACK)
        return take_connack(subscriber, packet);
    if (subscriber->phase == PHASE_CONNACK)
        return "the server did not begin with CONNACK";
    if (packet->type == MQTT_SUBACK)
        return take_suback(subscriber, packet);
    if (packet->type == MQTT_PINGRESP)
        subscriber->answer_due = 0;
    return NULL;
}

bool subscriber_session_may_read(struct subscriber *subscriber)
{
    return !atomic_load(&subscriber->paused) &&
           subscriber->unacknowledged < subscriber->options.unacknowledged_max;
}

/* Takes the packets that have been read, as long as messages may be taken. */
static const char *take_packets(struct subscriber *subscriber)
{
    struct mqtt_packet packet;
    const char *wrong = NULL;
    size_t taken = 0;

    while (!wrong && subscriber_session_may_read(subscriber)) {
        enum mqtt_reading reading =
            mqtt_packet_read(subscriber->in + taken, subscriber->in_length - taken, &packet);
        if (reading == MQTT_INCOMPLETE)
            break;
        if (reading == MQTT_INVALID)
            return "the server does not speak MQTT 3.1.1";
        bool is_message = packet.type == MQTT_PUBLISH && subscriber->phase != PHASE_CONNACK;
        if (is_message && !take_message(subscriber, &packet))
            break;
        wrong = is_message ? NULL : take_packet(subscriber, &packet);
        taken += packet.length;
    }
    memmove(subscriber->in, subscriber->in + taken, subscriber->in_length - taken);
    subscriber->in_length -= taken;
    return wrong;
}

const char *subscriber_session_read(struct subscriber *subscriber)
{
    const char *wrong = take_packets(subscriber);

    subscriber->has_more = true; /* until a read says otherwise: poll() does not see what TLS has buffered */
    for (int i = 0; i < READS_MAX && !wrong && subscriber_session_may_read(subscriber); i++) {
        size_t length = 0;
        enum tls_stream_result result =
            tls_stream_read(subscriber->stream, subscriber->in + subscriber->in_length,
                            SUBSCRIBER_BUFFER - subscriber->in_length, &length);
        if (result == TLS_STREAM_ENDED)
            return tls_stream_reason(subscriber->stream);
        subscriber->has_more = result == TLS_STREAM_DONE;
        if (result == TLS_STREAM_LATER)
            return NULL;
        subscriber->in_length += length;
        wrong = take_packets(subscriber);
    }
    return wrong;
}

const char *subscriber_session_write(struct subscriber *subscriber)
{
    while (subscriber->out_sent < subscriber->out.length) {
        size_t length = 0;
        enum tls_stream_result result =
            tls_stream_write(subscriber->stream, subscriber->out.data + subscriber->out_sent,
                             subscriber->out.length - subscriber->out_sent, &length);
        if (result == TLS_STREAM_ENDED)
            return tls_stream_reason(subscriber->stream);
        if (result == TLS_STREAM_LATER)
            return NULL;
        subscriber->out_sent += length;
    }
    text_clear(&subscriber->out);
    subscriber->out_sent = 0;
    return NULL;
}

void subscriber_session_receipts(struct subscriber *subscriber)
{
    unsigned connection = atomic_load(&subscriber->connection);

    pthread_mutex_lock(&subscriber->lock);
    struct subscriber_receipt *receipts = subscriber->receipts;
    size_t count = subscriber->receipt_count;
    subscriber->receipts = NULL;
    subscriber->receipt_count = 0;
    pthread_mutex_unlock(&subscriber->lock);
    for (size_t i = 0; i < count && subscriber->stream; i++) {
        if (receipts[i].connection != connection || receipts[i].id == 0)
            continue;
        mqtt_packet_puback(&subscriber->out, receipts[i].id);
        subscriber->unacknowledged--;
    }
    free(receipts);
}

/* While the answer to a ping stands behind messages that may not be read yet, it is not missed. */
const char *subscriber_session_keep_alive(struct subscriber *subscriber, long long now)
{
    if (subscriber->answer_due && !subscriber_session_may_read(subscriber))
        subscriber->answer_due = now + KEEP_ALIVE_MS / 2;
    if (subscriber->answer_due && now >= subscriber->answer_due)
        return "no answer";
    if (subscriber->phase == PHASE_UP && now >= subscriber->next_ping) {
        mqtt_packet_pingreq(&subscriber->out);
        subscriber->next_ping = now + KEEP_ALIVE_MS;
        expect_answer(subscriber, KEEP_ALIVE_MS / 2);
    }
    return NULL;
}

void subscriber_session_begin(struct subscriber *subscriber)
{
    atomic_fetch_add(&subscriber->connection, 1);
    subscriber->phase = PHASE_CONNACK;
    subscriber->in_length = subscriber->unacknowledged = subscriber->out_sent = 0;
    subscriber->answer_due = 0;
    subscriber->next_ping = clock_monotonic_ms() + KEEP_ALIVE_MS;
    text_clear(&subscriber->out);
    mqtt_packet_connect(&subscriber->out, subscriber->client_id, subscriber->options.keep_session,
                        KEEP_ALIVE_S);
    expect_answer(subscriber, SUBSCRIBER_CONNECT_MS);
}
